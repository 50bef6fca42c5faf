#pragma once

#include "journal/session.hpp"

namespace engine {

// Runs session after session until the process stops. Kafka may be absent, come late or go away at any time.
void run_state_loop(const Config& config, Mailbox& mailbox, Health& health, Metrics& metrics,
                    const Publish& publish, const Place& place = {});

}  // namespace engine
