#include <cstdio>
#include <string_view>
#include <thread>

#include "api/server.hpp"
#include "journal/loop.hpp"
#include "ops/cores.hpp"
#include "ops/healthcheck.hpp"
#include "ops/huge_pages.hpp"

namespace {

using namespace engine;

// What the host gives of what was asked for. Less is slower and never wrong, so it is said and not refused.
void prepare(const Config& config, const Cores& cores, const HugePages& pages, Metrics& metrics) {
  metrics.cores = static_cast<std::int64_t>(cores.count());
  if (config.spin) cores.keep_off_last();
  if (!pages.trouble().empty())
    log(Level::warn, "no huge pages; memory is ordinary", {{"reason", pages.trouble()}});
  if (!config.lock_memory) return;
  metrics.memory_locked = lock_memory();
  if (metrics.memory_locked == 0)
    log(Level::warn, "memory is not locked", {{"remedy", "give the process an unlimited RLIMIT_MEMLOCK"}});
}

int run(const Config& config) {
  set_log_level(config.log_level);
  Mailbox mailbox;
  Health health;
  Metrics metrics;
  const Cores cores;
  HugePages pages(config.huge_pages, config.huge_page_mib, metrics.huge_page_bytes,
                  metrics.huge_page_used_bytes);
  prepare(config, cores, pages, metrics);
  Server server(config, mailbox, health, metrics);

  server.on_stop_signal([&](int signal) {
    log(Level::info, "stopping", {{"signal", std::to_string(signal)}});
    health.stop();
    mailbox.wake();
  });
  const Place place{&pages, config.spin ? &cores : nullptr};
  std::jthread state([&] {
    run_state_loop(
        config, mailbox, health, metrics, [&](Batch batch) { server.publish(std::move(batch)); }, place);
    server.stop();
  });
  log(Level::info, "started", {{"brokers", config.kafka.brokers}});
  server.run();
  state.join();
  log(Level::info, "stopped");
  return 0;
}

int healthcheck(const std::string_view option) {
  if (!option.empty() && option != "--live") return 2;
  return probe(read_metrics_port(process_environment()), option == "--live" ? "/livez" : "/readyz") ? 0 : 1;
}

int usage() {
  std::fputs("usage: engine [healthcheck [--live]]; everything else is set by the environment\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (argc == 1) return run(read_config(process_environment()));
  if (command == "healthcheck" && argc <= 3) return healthcheck(argc == 3 ? argv[2] : "");
  return usage();
} catch (const ConfigError& error) {
  log(Level::error, error.what(),
      {{"variable", error.variable},
       {"what", error.problem},
       {"given", error.given},
       {"allowed", error.allowed},
       {"remedy", error.remedy}});
  return 2;
} catch (const std::exception& error) {
  log(Level::error, "the engine failed", {{"reason", error.what()}});
  return 1;
}
