// Who reads: listed with process, distance and what it pins; reported when far behind. Exclusive use.
#include <sys/types.h>
#include <unistd.h>
#include <thread>

#include "accounts.hpp"
#include "cambium/base/error.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"
#include "tried.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

TEST_CASE("readers of all processes are listed, with what they pin, until they end or die") {
    const MemoryDirectory directory;
    create_accounts(directory.store());
    Child child{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(directory.store());
        const kv::ReadTransaction held = environment.begin_read();
        pipe.send(static_cast<std::uint64_t>(::getpid()));
        (void)pipe.receive();
    }};
    const std::uint64_t process = child.receive();
    Environment environment = Environment::open(directory.store());
    std::mt19937_64 random{seed()};
    for (int i = 0; i < 50; ++i) (void)commit_transfer(environment, random);
    {
        const kv::ReadTransaction ours = environment.begin_read();
        std::vector<kv::ReaderInfo> readers = environment.readers();
        REQUIRE(readers.size() == 2);
        if (readers[0].process_id != process) std::swap(readers[0], readers[1]);
        CHECK(readers[0].process_id == process);
        CHECK(readers[0].behind == 50);
        // Every page that the snapshot used and that has been replaced since: the accounts fill four leaves and
        // more.
        CHECK(readers[0].pinned_pages > 4);
        CHECK(readers[1].process_id == static_cast<std::uint32_t>(::getpid()));
        CHECK(readers[1].snapshot == ours.id());
        CHECK(readers[1].behind == 0);
        CHECK(readers[1].pinned_pages == 0);
    }
    child.kill();
    (void)child.wait();
    CHECK(environment.readers().empty());
    (void)commit_transfer(environment, random);
    require_check(environment);
}

TEST_CASE("the age of a reader grows from the first look at it") {
    const MemoryDirectory directory;
    create_accounts(directory.store());
    Environment environment = Environment::open(directory.store());
    kv::ReadTransaction held = environment.begin_read();
    REQUIRE(environment.readers().size() == 1);
    while (environment.readers().front().age < std::chrono::milliseconds{3})
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    held.end();
    const kv::ReadTransaction again = environment.begin_read();
    const std::vector<kv::ReaderInfo> readers = environment.readers();
    REQUIRE(readers.size() == 1);
    CHECK(readers.front().snapshot == again.id());
    require_check(environment);
}

TEST_CASE("a reader that falls behind is reported once") {
    const MemoryDirectory directory;
    create_accounts(directory.store());
    Environment environment = Environment::open(directory.store());
    std::vector<kv::ReaderInfo> reported;
    environment.set_old_reader_callback(
        10,
        [](const kv::ReaderInfo& reader, void* context) {
            static_cast<std::vector<kv::ReaderInfo>*>(context)->push_back(reader);
        },
        &reported);
    std::mt19937_64 random{seed()};
    std::optional<kv::ReadTransaction> held{environment.begin_read()};
    const std::uint64_t snapshot = held->id();
    for (int i = 0; i < 9; ++i) (void)commit_transfer(environment, random);
    CHECK(reported.empty());
    for (int i = 0; i < 20; ++i) (void)commit_transfer(environment, random);
    REQUIRE(reported.size() == 1);
    CHECK(reported.front().snapshot == snapshot);
    CHECK(reported.front().behind == 10);
    CHECK(reported.front().process_id == static_cast<std::uint32_t>(::getpid()));
    held.reset();
    held.emplace(environment.begin_read());
    for (int i = 0; i < 20; ++i) (void)commit_transfer(environment, random);
    CHECK(reported.size() == 2);
    environment.set_old_reader_callback(0, nullptr);
    held.reset();
    require_check(environment);
}

TEST_CASE("an exclusive process keeps others out, and is kept out") {
    const MemoryDirectory directory;
    create_accounts(directory.store());
    kv::Options exclusive;
    exclusive.exclusive = true;
    const auto fails_in_child = [&](const kv::Options& options, const std::string& words) {
        Child child{[&](const Child::Pipe& pipe) {
            try {
                (void)Environment::open(directory.store(), options);
            } catch (const Error& error) {
                const std::string sentence = error.what();
                pipe.send(error.code() == ErrorCode::busy && sentence.find(words) != std::string::npos ? 1 : 2);
                return;
            }
            pipe.send(0);
        }};
        const std::uint64_t answer = child.receive();
        child.require_success();
        return answer;
    };
    {
        Environment environment = Environment::open(directory.store(), exclusive);
        CHECK(fails_in_child({}, "keeps all others out") == 1);
        CHECK(fails_in_child(exclusive, "keeps all others out") == 1);
        kv::Options read_only;
        read_only.read_only = true;
        CHECK(fails_in_child(read_only, "keeps all others out") == 1);
        CHECK_THROWS_AS((void)Environment::open(directory.store()), Error);  // other options in one process
        std::mt19937_64 random{seed()};
        (void)commit_transfer(environment, random);
        require_check(environment);
    }
    Environment environment = Environment::open(directory.store());
    CHECK(fails_in_child(exclusive, "is open in another process") == 1);
    CHECK(fails_in_child({}, "") == 0);
    require_check(environment);
}
