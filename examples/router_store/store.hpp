// The store of the router: its tables as they are now, and the steps that the program shows. Each step prints what
// it finds; the same on every machine.
#pragma once

#include <string>

#include "cookie.hpp"
#include "generator.hpp"
#include "node_log.hpp"
#include "publication.hpp"
#include "session.hpp"
#include "user.hpp"

namespace router {

// A file in the first version, filled. There must be none at this path.
void create_first_store(const std::string& path, const Generated& day);
// Says what the current declarations change, and opens the file with them.
cambium::Database upgrade(const std::string& path);
// One query through every index.
void run_queries(cambium::Database& db, const Generated& day);
// Writes that the declarations refuse, and an erase that takes what belongs to it along.
void break_rules(cambium::Database& db, const Generated& day);
// Cookies that end by themselves, and a window of node logs.
void let_time_pass(cambium::Database& db);
// Compares every index with its records, and checks the file. False when something is wrong, which is printed.
bool verify(cambium::Database& db);

// The clock of the store: the end of the generated day, until it is moved.
Timestamp router_clock() noexcept;

// "2026-03-14 08:15".
std::string minute_text(Timestamp time);

}  // namespace router
