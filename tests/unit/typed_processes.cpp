// Several processes on one file through the typed layer. Children report by exit status alone.
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>

#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Event {
    std::uint64_t id{};
    std::uint64_t process{};
};

template <detail::Name TableName>
struct EventsNamed
    : Table<TableName, Event, PrimaryKey<&Event::id>, Cbor, OrderedIndex<"process", &Event::process>> {};

using Shared = EventsNamed<"shared">;

template <class Action>
pid_t in_child(Action&& action) {
    const pid_t child = fork();
    if (child != 0) return child;
    try {
        action();
        _exit(0);
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        _exit(1);
    }
}

int status_of(pid_t child) {
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

template <class Own>
void work(const std::string& path, std::uint64_t process) {
    for (std::uint64_t round = 0; round < 20; ++round) {
        Database db = Database::open<Shared, Own>(path);
        db.write([&](WriteTransaction& txn) {
            Writer<Shared>{txn}.insert({process * 1000 + round, process});
            Writer<Own>{txn}.insert({round, process});
        });
    }
}

}  // namespace

TEST_CASE("processes that create tables at once agree on them") {
    const StorePath store;
    const pid_t children[] = {in_child([&] { work<EventsNamed<"first">>(store.path(), 1); }),
                              in_child([&] { work<EventsNamed<"second">>(store.path(), 2); }),
                              in_child([&] { work<EventsNamed<"third">>(store.path(), 3); })};
    for (const pid_t child : children) CHECK(status_of(child) == 0);

    Database db =
        Database::open<Shared, EventsNamed<"first">, EventsNamed<"second">, EventsNamed<"third">>(store.path());
    db.read([](ReadTransaction& txn) {
        const Reader<Shared> shared{txn};
        CHECK(shared.count() == 60);
        for (const std::uint64_t process : {1U, 2U, 3U}) CHECK(shared.by<"process">().equal(process).count() == 20);
        CHECK(Reader<EventsNamed<"first">>{txn}.by<"process">().equal(1).count() == 20);
        CHECK(Reader<EventsNamed<"second">>{txn}.by<"process">().equal(2).count() == 20);
        CHECK(Reader<EventsNamed<"third">>{txn}.by<"process">().equal(3).count() == 20);
        std::size_t tables = 0;
        txn.store().each_tree(
            [&](ByteView name, kv::Tree) { tables += name.starts_with("cambium.table.") ? 1U : 0U; });
        CHECK(tables == 4);
    });
}

TEST_CASE("an index added by another process stops this one from writing past it") {
    const StorePath store;
    struct Plain : Table<"shared", Event, PrimaryKey<&Event::id>, Cbor> {};
    // The child opens first, waits until the parent has added an index, then tries to write.
    int child_ready[2] = {};
    int parent_done[2] = {};
    REQUIRE(pipe(child_ready) == 0);
    REQUIRE(pipe(parent_done) == 0);
    const pid_t child = in_child([&] {
        Database db = Database::open<Plain>(store.path());
        char byte = 0;
        if (write(child_ready[1], &byte, 1) != 1 || read(parent_done[0], &byte, 1) != 1) _exit(2);
        const Caught error = caught([&] {
            db.write([](WriteTransaction& txn) { Writer<Plain>{txn}.insert({1, 1}); });
        });
        _exit(error.code == ErrorCode::schema ? 0 : 3);
    });
    char byte = 0;
    REQUIRE(read(child_ready[0], &byte, 1) == 1);
    {
        Database db = Database::open<Shared>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Shared>{txn}.insert({2, 2}); });
    }
    REQUIRE(write(parent_done[1], &byte, 1) == 1);
    CHECK(status_of(child) == 0);
    for (const int descriptor : {child_ready[0], child_ready[1], parent_done[0], parent_done[1]}) close(descriptor);
    Database db = Database::open<Shared>(store.path());
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<Shared>{txn}.count() == 1);
        CHECK(Reader<Shared>{txn}.by<"process">().count() == 1);
    });
}

}  // namespace cambium::test
