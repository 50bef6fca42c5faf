#include "journal/mailbox.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace engine {

Mailbox::Mailbox() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::runtime_error("no eventfd");
}

Mailbox::~Mailbox() { close(descriptor_); }

bool Mailbox::submit(Submission submission) {
  {
    const std::lock_guard lock(guard_);
    if (submissions_.size() >= kCapacity) return false;
    submissions_.push_back(std::move(submission));
  }
  wake();
  return true;
}

bool Mailbox::ask(Query query) {
  {
    const std::lock_guard lock(guard_);
    if (queries_.size() >= kCapacity) return false;
    queries_.push_back(std::move(query));
  }
  wake();
  return true;
}

void Mailbox::wake() const {
  const std::uint64_t one = 1;
  if (write(descriptor_, &one, sizeof one) < 0) return;  // the counter is full: a wake-up is pending anyway
}

void Mailbox::take(std::vector<Submission>& submissions, std::vector<Query>& queries) {
  const std::lock_guard lock(guard_);
  submissions.swap(submissions_);
  queries.swap(queries_);
}

void Mailbox::wait(int milliseconds) const {
  pollfd entry{descriptor_, POLLIN, 0};
  if (poll(&entry, 1, milliseconds) <= 0) return;
  std::uint64_t count = 0;
  if (read(descriptor_, &count, sizeof count) < 0) return;  // somebody was faster
}

}  // namespace engine
