// router_store [FOLDER]: makes router.cambium in the folder (that of the call, when none is named), in place of one
// that is there, and shows what the tables of a message router do: a day of generated data in the first version of
// the store, the upgrade to the second, a query through every index, rules, expiry and retention. At the end it
// compares every index with its records and checks the file.
#include <array>
#include <cambium/kv/maintenance.hpp>
#include <cambium/maintenance.hpp>
#include <cstdio>
#include <exception>
#include <iostream>

#include "store.hpp"

namespace router {

std::string minute_text(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time - day).count();
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
    return text.data();
}

namespace {

template <class Table>
bool verify_table(cambium::ReadTransaction& txn) {
    const cambium::IndexReport report = cambium::verify_indexes<Table>(txn);
    for (const cambium::IndexFinding& finding : report.findings) std::cout << finding.what << '\n';
    return report.ok();
}

}  // namespace

bool verify(cambium::Database& db) {
    const bool indexes = db.read([](cambium::ReadTransaction& txn) {
        const std::array<bool, 7> good = {verify_table<Users>(txn),        verify_table<Credentials>(txn),
                                          verify_table<Sessions>(txn),     verify_table<Cookies>(txn),
                                          verify_table<Publications>(txn), verify_table<Events>(txn),
                                          verify_table<NodeLogs>(txn)};
        return good == std::array<bool, 7>{true, true, true, true, true, true, true};
    });
    const auto file = cambium::kv::check(db.environment());
    for (const cambium::kv::Finding& finding : file.findings) std::cout << finding.what << '\n';
    return indexes && file.findings.empty();
}

}  // namespace router

int main(int argc, char** argv) {
    if (argc > 2) {
        std::cerr << "usage: router_store [FOLDER]\n";
        return 2;
    }
    try {
        const std::string path = (argc == 2 ? std::string(argv[1]) + "/" : std::string()) + "router.cambium";
        std::remove(path.c_str());
        const router::Generated day = router::generate();
        std::cout << "== A day in the first version\n";
        router::create_first_store(path, day);
        std::cout << "\n== The second version\n";
        auto db = router::upgrade(path);
        std::cout << "\n== Queries\n";
        router::run_queries(db, day);
        std::cout << "\n== Rules\n";
        router::break_rules(db, day);
        std::cout << "\n== Time\n";
        router::let_time_pass(db);
        const bool good = router::verify(db);
        std::cout << (good ? "\nEvery index agrees with its records, and the file is sound.\n" : "");
        return good ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "router_store: " << error.what() << '\n';
        return 1;
    }
}
