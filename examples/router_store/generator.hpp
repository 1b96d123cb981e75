// The contents of a router's store after a day, made up from a fixed seed: the same on every machine.
#pragma once

#include <vector>

#include "first_version.hpp"
#include "node_log.hpp"
#include "publication.hpp"

namespace router {

// When the generated day ends; what runs on the store afterwards begins here.
inline constexpr Timestamp kEndOfDay{std::chrono::sys_days{std::chrono::year{2026} / 3 / 15}};

struct Generated {
    std::vector<Uuid> nodes{};
    std::vector<Uuid> realms{};
    std::vector<FirstUser> users{};
    std::vector<Credential> credentials{};
    std::vector<FirstSession> sessions{};
    std::vector<FirstCookie> cookies{};
    std::vector<Publication> publications{};
    std::vector<Event> events{};
    std::vector<NodeLog> node_logs{};  // in order of their key
};

Generated generate();

}  // namespace router
