// The tests can fail when a transaction that is taken back costs the births of pages: this program is built with
// the engine's src/kv/space_load.cpp in which they can be lost (CAMBIUM_MUTATION_BIRTHS_LOST), and a reader whose
// snapshot spans the abort must notice it.
#include <vector>

#include "cambium/kv/maintenance.hpp"
#include "crash_fixture.hpp"
#include "kv/environment_state.hpp"
#include "store_content.hpp"

using namespace cambium;
using namespace cambium::test;

namespace cambium::kv {
extern bool births_lost;  ///< space_load.cpp, in this program
}

namespace {

/// Commits between which a snapshot is held, with a prepared transaction that is taken back in the middle: the map
/// of the free space is then loaded from the file. What was wrong, one sentence each.
std::vector<std::string> complaints_after_an_abort(const MemoryDirectory& directory, bool lost) {
    std::filesystem::remove(directory.store());
    kv::Environment environment = kv::Environment::open(directory.store());
    Trees model;
    const auto commit = [&](std::uint64_t from) {
        kv::WriteTransaction txn = environment.begin_write();
        Change change{txn, model};
        for (std::uint64_t i = 0; i < 60; ++i) change.put("records", key_of(i), value_of(200, from + i));
        txn.commit();
    };
    std::vector<std::string> complaints;
    const auto require = [&](bool holds, const char* what) {
        if (!holds) complaints.emplace_back(what);
    };
    commit(seed());
    const kv::ReadTransaction held = environment.begin_read();
    const Trees content = content_of(held);
    for (std::uint64_t i = 1; i < 4; ++i) commit(seed() + 100 * i);
    {
        kv::WriteTransaction txn = environment.begin_write();
        Trees ignored = model;
        Change change{txn, ignored};
        change.put("records", key_of(1), value_of(200, 1));
        kv::PreparedTransaction prepared = txn.prepare();
        kv::births_lost = lost;
        prepared.abort();
    }
    for (std::uint64_t i = 4; i < 8; ++i) commit(seed() + 100 * i);
    kv::births_lost = false;
    try {
        require(content_of(held) == content, "a held snapshot has changed");
    } catch (const Error& error) {
        complaints.emplace_back(error.what());
    }
    require(content_of(environment) == model, "the newest state is another one");
    require(kv::check(environment).ok(), "check() has findings");
    return complaints;
}

}  // namespace

TEST_CASE("a reader over an aborted transaction keeps its pages") {
    const MemoryDirectory directory;
    for (const std::string& complaint : complaints_after_an_abort(directory, false)) FAIL_CHECK(complaint);
}

TEST_CASE("births that are lost on abort are noticed") {
    const MemoryDirectory directory;
    const std::vector<std::string> complaints = complaints_after_an_abort(directory, true);
    CHECK_FALSE(complaints.empty());
    if (!complaints.empty()) MESSAGE(complaints.front());
}
