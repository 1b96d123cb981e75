// What is done to the files of a store while processes have it open: the data file is renamed over, or has another
// name beside its own. Those who are attached go on with what they have; newcomers get what the path names, or a
// sentence.
#include <filesystem>
#include <optional>

#include "accounts.hpp"
#include "cambium/base/error.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"
#include "tried.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;
namespace fs = std::filesystem;

namespace {

/// Has the store open, writes and reads as often as it is told, and holds a snapshot all the time.
class Holder {
public:
    explicit Holder(const std::string& path)
        : child_([path](const Child::Pipe& pipe) {
              Environment environment = Environment::open(path);
              const kv::ReadTransaction held = environment.begin_read();
              const std::uint64_t count = require_balance(held);
              std::mt19937_64 random{1};
              pipe.send(count);
              while (pipe.receive() != 0) {
                  const std::uint64_t committed = commit_transfer(environment, random);
                  if (require_balance(environment) != committed) throw std::runtime_error("not its own commit");
                  if (require_balance(held) != count) throw std::runtime_error("the snapshot has changed");
                  require_check(environment);
                  pipe.send(committed);
              }
          }) {
        count_ = child_.receive();
    }
    /// One more commit, checked.
    void commit() {
        child_.send(1);
        std::uint64_t committed = 0;
        if (!child_.receive(committed)) child_.require_success();
        REQUIRE(committed > count_);
        count_ = committed;
    }
    void close() {
        child_.send(0);
        child_.require_success();
    }

private:
    Child child_;
    std::uint64_t count_ = 0;
};

void commit_transfers(Environment& environment, int count) {
    std::mt19937_64 random{2};
    for (int i = 0; i < count; ++i) (void)commit_transfer(environment, random);
}

std::optional<std::string> refusal(const std::string& path) {
    std::string sentence;
    Child child{[&](const Child::Pipe& pipe) {
        try {
            (void)Environment::open(path);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::busy) throw;
            pipe.send_text(error.what());
        }
    }};
    sentence = child.last_words();
    child.require_success();
    return sentence.empty() ? std::nullopt : std::optional{sentence};
}

}  // namespace

TEST_CASE("a data file renamed over while it is open: its users keep it, newcomers get the new one") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const std::string other = directory.file("other");
    std::uint64_t in_other = 0;
    create_accounts(path);
    SUBCASE("by another store") {
        create_accounts(other);
        Environment environment = Environment::open(other);
        commit_transfers(environment, 7);
        in_other = 7;
    }
    SUBCASE("by a copy of itself") {
        fs::copy_file(path, other);
    }
    fs::remove(other + "-lock");
    Holder first{path};
    Holder second{path};
    first.commit();
    fs::rename(other, path);
    {
        Environment newcomer = Environment::open(path);
        CHECK(require_balance(newcomer) == in_other);
        first.commit();
        commit_transfers(newcomer, 5);
        first.commit();
        CHECK(require_balance(newcomer) == in_other + 5);
        // Whoever comes now shares the new one.
        Holder third{path};
        third.commit();
        first.commit();
        CHECK(require_balance(newcomer) == in_other + 6);
        third.close();
        require_check(newcomer);
    }
    first.close();
    second.close();
    Environment environment = Environment::open(path);
    CHECK(require_balance(environment) == in_other + 6);
    CHECK_FALSE(environment.recovery().unclean);
    require_check(environment);
}

TEST_CASE("a data file renamed over while this process has it open is another store to it") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    create_accounts(directory.file("other"));
    Environment old = Environment::open(path);
    commit_transfers(old, 3);
    fs::rename(directory.file("other"), path);
    Environment now = Environment::open(path);
    commit_transfers(now, 1);
    commit_transfers(old, 1);
    CHECK(require_balance(now) == 1);
    CHECK(require_balance(old) == 4);
    require_check(old);
    old.close();
    commit_transfers(now, 1);
    CHECK(require_balance(now) == 2);
    require_check(now);
}

TEST_CASE("a data file removed while it is open: its users keep it, the next open creates another") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    Holder holder{path};
    fs::remove(path);
    holder.commit();
    create_accounts(path);
    holder.commit();
    Environment environment = Environment::open(path);
    CHECK(require_balance(environment) == 0);
    holder.close();
    commit_transfers(environment, 1);
    require_check(environment);
}

TEST_CASE("another name of a data file in use does not lead to a second set of locks") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const std::string link = directory.file("link");
    create_accounts(path);
    fs::create_hard_link(path, link);
    Holder holder{path};
    const std::optional<std::string> refused = refusal(link);
    REQUIRE(refused.has_value());
    CHECK(refused->find(link + "-lock") != std::string::npos);
    CHECK_FALSE(fs::exists(link + "-lock"));
    // Links to the same lock file make it one store.
    fs::create_hard_link(path + "-lock", link + "-lock");
    {
        Environment linked = Environment::open(link);
        holder.commit();
        CHECK(require_balance(linked) == 1);
        commit_transfers(linked, 1);
        require_check(linked);
    }
    holder.close();
    fs::remove(link + "-lock");
    Holder linked{link};  // nobody has it open: any name will do
    REQUIRE(refusal(path).has_value());
    linked.commit();
    linked.close();
    Environment environment = Environment::open(path);
    CHECK(require_balance(environment) == 3);
    require_check(environment);
}
