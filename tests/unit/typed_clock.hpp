// A clock that tests set, for records that end.
#pragma once

#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {

/// What the clock shows, in seconds.
inline std::int64_t second = 0;

inline Timestamp clock() noexcept {
    return Timestamp{std::chrono::seconds{second}};
}
inline Timestamp at(std::int64_t seconds) {
    return Timestamp{std::chrono::seconds{seconds}};
}

/// Every index of these tables agrees with its records.
template <class... Tables>
void require_indexes(Database& db) {
    db.read([](ReadTransaction& txn) {
        const auto one = [](const IndexReport& report) {
            for (const auto& finding : report.findings) FAIL_CHECK(finding.what);
        };
        (one(verify_indexes<Tables>(txn)), ...);
    });
}

}  // namespace cambium::test
