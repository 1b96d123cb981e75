// Today's program meets yesterday's file.
#include <iostream>

#include "store.hpp"

namespace router {

cambium::Database upgrade(const std::string& path) {
    const auto plan =
        cambium::Database::plan<Users, Credentials, Sessions, Cookies, Publications, Events, NodeLogs>(path);
    for (const std::string& change : plan.changes) std::cout << change << '\n';
    auto db = cambium::Database::open<Users, Credentials, Sessions, Cookies, Publications, Events, NodeLogs>(path);
    db.set_clock(&router_clock);
    return db;
}

}  // namespace router
