#pragma once

#include <cstddef>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "core/siphash.hpp"

namespace engine {

// Every id the engine has ever seen, so that a repeated one is recognised for ever.
// Holds 128-bit hashes (16 bytes an id) and not the ids: a million ids need 32 MB at most, and two ids
// that collide would have to be looked for on purpose.
class KnownIds {
 public:
  // `memory` is read at random with every order, so huge pages pay here.
  explicit KnownIds(std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : slots_(1024, memory) {}

  bool insert(std::string_view id);  // false: it was known already
  bool contains(std::string_view id) const;
  std::size_t size() const { return size_; }

 private:
  using Slots = std::pmr::vector<Hash128>;

  static Hash128 key(std::string_view id);
  static std::size_t find(const Slots& slots, const Hash128& key);
  void grow();

  Slots slots_;  // open addressing, a power of two, at most three quarters full
  std::size_t size_ = 0;
};

}  // namespace engine
