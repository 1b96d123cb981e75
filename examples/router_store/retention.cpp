// Time passes: cookies end by themselves, node logs leave their window.
#include <atomic>
#include <iostream>

#include "store.hpp"

namespace router {
namespace {

std::atomic<Timestamp> the_time{kEndOfDay};

// Erases what is older than the window, in steps: a router must not keep its other writers waiting.
std::uint64_t keep_newest(cambium::Database& db, std::chrono::hours window, std::uint64_t per_step) {
    std::uint64_t steps = 0;
    for (std::uint64_t erased = per_step; erased == per_step; ++steps) {
        erased = db.write([&](cambium::WriteTransaction& txn) {
            cambium::Writer<NodeLogs> logs{txn};
            return logs.erase(logs.until(router_clock() - window).limit(per_step));
        });
    }
    return steps;
}

void count_cookies(cambium::Database& db, const char* when) {
    db.read([&](cambium::ReadTransaction& txn) {
        const cambium::Reader<Cookies> cookies{txn};
        std::cout << when << ": " << cookies.count() << " cookies, " << cookies.by<"authid">().count()
                  << " of somebody\n";
    });
}

}  // namespace

Timestamp router_clock() noexcept {
    return the_time;
}

void let_time_pass(cambium::Database& db) {
    count_cookies(db, "at midnight");
    the_time = kEndOfDay + std::chrono::minutes{30};
    count_cookies(db, "half an hour later");
    the_time = kEndOfDay + std::chrono::hours{1};
    count_cookies(db, "an hour later");
    const std::uint64_t removed =
        db.write([](cambium::WriteTransaction& txn) { return cambium::Writer<Cookies>{txn}.erase_expired(); });
    std::cout << removed << " ended cookies removed\n";

    const std::uint64_t steps = keep_newest(db, std::chrono::hours{6}, 1000);
    db.read([&](cambium::ReadTransaction& txn) {
        const cambium::Reader<NodeLogs> logs{txn};
        std::cout << "node logs after " << steps << " steps: " << logs.count() << ", from "
                  << minute_text(logs.first()->timestamp) << " to " << minute_text(logs.last()->timestamp) << '\n';
    });
}

}  // namespace router
