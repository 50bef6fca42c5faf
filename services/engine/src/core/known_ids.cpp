#include "core/known_ids.hpp"

namespace engine {

bool KnownIds::insert(std::string_view id) {
  const Hash128 wanted = key(id);
  std::size_t at = find(slots_, wanted);
  if (slots_[at] == wanted) return false;
  if ((size_ + 1) * 4 > slots_.size() * 3) {
    grow();
    at = find(slots_, wanted);
  }
  slots_[at] = wanted;
  ++size_;
  return true;
}

bool KnownIds::contains(std::string_view id) const {
  const Hash128 wanted = key(id);
  return slots_[find(slots_, wanted)] == wanted;
}

Hash128 KnownIds::key(std::string_view id) {
  Hash128 hash = siphash128(id);
  if (hash == Hash128{}) hash.lo = 1;  // all zero marks an empty slot
  return hash;
}

std::size_t KnownIds::find(const Slots& slots, const Hash128& key) {
  const std::size_t mask = slots.size() - 1;
  std::size_t at = key.lo & mask;
  while (slots[at] != Hash128{} && slots[at] != key) at = (at + 1) & mask;
  return at;
}

void KnownIds::grow() {
  Slots wider(slots_.size() * 2, slots_.get_allocator());
  for (const Hash128& slot : slots_)
    if (slot != Hash128{}) wider[find(wider, slot)] = slot;
  slots_ = std::move(wider);
}

}  // namespace engine
