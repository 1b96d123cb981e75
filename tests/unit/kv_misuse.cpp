// Every misuse of the engine is an error with a code and a sentence, and leaves store and transaction as they were.
#include <atomic>
#include <functional>
#include <optional>
#include <thread>

#include "misuse.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Cursor;
using kv::Environment;
using kv::Tree;

TEST_CASE_FIXTURE(Fixture, "writing through a cursor of a read transaction") {
    const kv::ReadTransaction reader = environment.begin_read();
    Cursor cursor = reader.cursor(tree);
    CHECK(cursor.first());
    require_errors(ErrorCode::read_only, {{"put", [&] { cursor.put("x"); }}, {"erase", [&] { cursor.erase(); }}});
    CHECK(cursor.value() == "1");
}

TEST_CASE_FIXTURE(Fixture, "any use of a transaction that has ended") {
    for (const bool commits : {true, false}) {
        kv::WriteTransaction txn = environment.begin_write();
        Cursor cursor = txn.cursor(tree);
        CHECK(cursor.first());
        commits ? txn.commit() : txn.abort();
        CHECK_FALSE(txn.active());
        require_misuse_of(txn, tree);
        require_errors(ErrorCode::misuse, moves(cursor));
        txn.abort();
        // The next transaction may use what this one left behind; the old handles still answer to nobody.
        kv::WriteTransaction next = environment.begin_write();
        require_misuse_of(txn, tree);
        require_errors(ErrorCode::misuse, moves(cursor));
        txn.abort();
        CHECK(next.active());
    }
    kv::ReadTransaction reader = environment.begin_read();
    Cursor cursor = reader.cursor(tree);
    reader.end();
    require_errors(ErrorCode::misuse, reads(reader, tree));
    require_errors(ErrorCode::misuse, moves(cursor));
    require_error(ErrorCode::misuse, {"renew", [&] { reader.renew(); }});
    reader.reset();
    reader.end();
}

TEST_CASE_FIXTURE(Fixture, "any use of a read transaction between reset and renew") {
    kv::ReadTransaction reader = environment.begin_read();
    Cursor cursor = reader.cursor(tree);
    CHECK(cursor.first());
    CHECK(environment.statistics().readers == 1);
    reader.reset();
    CHECK(environment.statistics().readers == 0);
    CHECK_FALSE(reader.active());
    require_errors(ErrorCode::misuse, reads(reader, tree));
    require_errors(ErrorCode::misuse, moves(cursor));
    {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(tree, "a", "changed");
        txn.commit();
    }
    reader.renew();
    CHECK(reader.active());
    CHECK(environment.statistics().readers == 1);
    CHECK(reader.get(tree, "a") == "changed");
    require_errors(ErrorCode::misuse, moves(cursor));
    const std::uint64_t id = reader.id();
    {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(tree, "a", "1");
        txn.commit();
    }
    CHECK(reader.get(tree, "a") == "changed");
    reader.renew();  // without a reset: the same as with one
    CHECK(reader.get(tree, "a") == "1");
    CHECK(reader.id() == id + 1);
    CHECK(environment.statistics().readers == 1);
    kv::ReadTransaction moved = std::move(reader);
    CHECK(moved.get(tree, "a") == "1");
}

TEST_CASE_FIXTURE(Fixture, "handles that were moved from") {
    kv::WriteTransaction txn = environment.begin_write();
    kv::WriteTransaction moved = std::move(txn);
    require_misuse_of(txn, tree);
    Cursor cursor = moved.cursor(tree);
    Cursor moved_cursor = std::move(cursor);
    require_errors(ErrorCode::misuse, moves(cursor));
    CHECK(moved_cursor.first());
}

TEST_CASE_FIXTURE(Fixture, "trees that are not there") {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree dropped = txn.create_tree("dropped");
    txn.put(dropped, "a", "1");
    Cursor cursor = txn.cursor(dropped);
    CHECK(cursor.first());
    CHECK(txn.drop_tree("dropped"));
    Tree aborted;
    {
        kv::WriteTransaction nested = txn.begin_nested();
        aborted = nested.create_tree("aborted");
    }
    for (const Tree absent : {dropped, aborted, Tree{}}) {
        std::vector<Call> calls = reads(txn, absent);
        calls.erase(calls.begin(), calls.begin() + 4);  // those that take no tree
        calls.pop_back();
        require_errors(ErrorCode::not_found, calls);
        require_errors(ErrorCode::not_found, writes_to(txn, absent, "a"));
        require_errors(ErrorCode::not_found, {{"clear", [&] { txn.clear(absent); }},
                                              {"erase", [&] { (void)txn.erase(absent, "a"); }},
                                              {"erase_range", [&] { (void)txn.erase_range(absent, "a", "b"); }},
                                              {"pop_first", [&] { (void)txn.pop_first(absent); }},
                                              {"pop_last", [&] { (void)txn.pop_last(absent); }}});
    }
    // A cursor of a dropped tree stands in an empty one.
    CHECK_FALSE(cursor.valid());
    CHECK_FALSE(cursor.first());
    CHECK_FALSE(cursor.next());
    require_errors(ErrorCode::misuse, {{"put", [&] { cursor.put("x"); }},
                                       {"erase", [&] { cursor.erase(); }},
                                       {"key", [&] { (void)cursor.key(); }}});
    CHECK(txn.get(tree, "a") == "1");
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "keys that are empty or too long, values that are too long") {
    kv::WriteTransaction txn = environment.begin_write();
    require_errors(ErrorCode::invalid_argument, writes_to(txn, tree, ""));
    require_errors(ErrorCode::key_too_long, writes_to(txn, tree, std::string(environment.max_key_size() + 1, 'k')));
    const ByteView too_long{"", (std::uint64_t{1} << 47) + 1};  // never read
    require_errors(ErrorCode::value_too_long,
                   {{"put", [&] { txn.put(tree, "a", too_long); }},
                    {"insert", [&] { (void)txn.insert(tree, "z", too_long); }},
                    {"append", [&] { txn.append(tree, "z", too_long); }},
                    {"reserve", [&] { (void)txn.reserve(tree, "z", too_long.size()); }}});
    CHECK(txn.statistics(tree).entries == 2);
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "a transaction while one nested in it is open") {
    kv::WriteTransaction txn = environment.begin_write();
    kv::WriteTransaction nested = txn.begin_nested();
    kv::WriteTransaction inner = nested.begin_nested();
    for (kv::WriteTransaction* outer : {&txn, &nested}) {
        require_misuse_of(*outer, tree);
        CHECK(outer->active());
        CHECK(outer->writable());
    }
    require_errors(ErrorCode::misuse, {{"commit_async", [&] { (void)inner.commit_async(); }},
                                       {"prepare", [&] { (void)inner.prepare(); }}});
    CHECK(inner.get(tree, "a") == "1");
    inner.commit();
    require_misuse_of(inner, tree);
    require_misuse_of(txn, tree);
    nested.abort();
    CHECK(txn.get(tree, "a") == "1");
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "a nested transaction that outlives the one around it") {
    std::optional<kv::WriteTransaction> orphan;
    std::optional<Cursor> cursor;
    {
        kv::WriteTransaction txn = environment.begin_write();
        orphan.emplace(txn.begin_nested());
        orphan->put(tree, "a", "of the orphan");
        cursor.emplace(orphan->cursor(tree));
    }
    CHECK_FALSE(orphan->active());
    require_misuse_of(*orphan, tree);
    require_errors(ErrorCode::misuse, moves(*cursor));
    kv::WriteTransaction next = environment.begin_write();
    kv::WriteTransaction nested = next.begin_nested();
    require_misuse_of(*orphan, tree);
    orphan.reset();  // ends nothing of the others
    CHECK(nested.get(tree, "a") == "1");
    nested.commit();
    CHECK(next.active());
}

TEST_CASE_FIXTURE(Fixture, "a second write transaction on one thread") {
    Environment again = Environment::open(directory.store());
    kv::WriteTransaction txn = environment.begin_write();
    const auto second = [&] {
        require_errors(ErrorCode::misuse, {{"begin_write", [&] { (void)environment.begin_write(); }},
                                           {"try_begin_write", [&] { (void)environment.try_begin_write(); }},
                                           {"begin_write of another handle", [&] { (void)again.begin_write(); }}});
    };
    second();
    kv::WriteTransaction nested = txn.begin_nested();
    second();
    CHECK(nested.get(tree, "a") == "1");
}

TEST_CASE_FIXTURE(Fixture, "a prepared transaction") {
    kv::WriteTransaction txn = environment.begin_write();
    txn.put(tree, "a", "prepared");
    Cursor cursor = txn.cursor(tree);
    kv::PreparedTransaction prepared = txn.prepare();
    const auto all = [](kv::PreparedTransaction& of) {
        return std::vector<Call>{{"id", [&of] { (void)of.id(); }}, {"commit", [&of] { of.commit(); }}};
    };
    require_misuse_of(txn, tree);
    require_errors(ErrorCode::misuse, moves(cursor));
    require_error(ErrorCode::misuse, {"begin_write", [&] { (void)environment.begin_write(); }});
    require_error(ErrorCode::misuse, {"close", [&] { environment.close(); }});
    std::thread{[&] { require_errors(ErrorCode::misuse, all(prepared)); }}.join();
    prepared.abort();
    require_errors(ErrorCode::misuse, all(prepared));
    prepared.abort();

    // One whose thread has ended does nothing to the transactions that follow.
    std::optional<kv::PreparedTransaction> left;
    std::thread{[&] {
        kv::WriteTransaction on_thread = environment.begin_write();
        on_thread.put(tree, "a", "left");
        left.emplace(on_thread.prepare());
    }}.join();
    kv::WriteTransaction next = environment.begin_write();
    require_errors(ErrorCode::misuse, all(*left));
    left.reset();
    CHECK(next.get(tree, "a") == "1");
    CHECK(next.active());
}

TEST_CASE_FIXTURE(Fixture, "a write transaction on another thread") {
    kv::WriteTransaction txn = environment.begin_write();
    kv::WriteTransaction nested = txn.begin_nested();
    Cursor cursor = nested.cursor(tree);
    CHECK(cursor.first());
    std::thread{[&] {
        require_misuse_of(nested, tree);
        require_errors(ErrorCode::misuse, moves(cursor));
    }}.join();
    CHECK(cursor.key() == "a");
    CHECK(nested.get(tree, "a") == "1");
    nested.put(tree, "a", "gone soon");

    // Its end there takes the changes away; the write lock stays with this thread, which goes on.
    std::thread{[&] { txn.abort(); }}.join();
    CHECK_FALSE(nested.active());
    std::thread{[&] { CHECK_FALSE(environment.try_begin_write().has_value()); }}.join();
    {
        kv::WriteTransaction next = environment.begin_write();
        CHECK(next.get(tree, "a") == "1");
    }
    std::thread{[&] { CHECK(environment.try_begin_write().has_value()); }}.join();

    // A thread that ends leaves the lock to the next one.
    std::optional<kv::WriteTransaction> left;
    std::thread{[&] { left.emplace(environment.begin_write()); }}.join();
    require_misuse_of(*left, tree);
    left.reset();
    CHECK(environment.begin_write().get(tree, "a") == "1");
}

TEST_CASE_FIXTURE(Fixture,
                  "a write transaction of a thread that has ended, on one that the system calls the same") {
    std::optional<kv::WriteTransaction> left;
    std::optional<Cursor> cursor;
    std::thread::id ended;
    std::thread{[&] {
        ended = std::this_thread::get_id();
        left.emplace(environment.begin_write());
        left->put(tree, "a", "left");
        cursor.emplace(left->cursor(tree));
    }}.join();
    bool same = false;
    for (int i = 0; i < 100 && !same; ++i)
        std::thread{[&] {
            same = std::this_thread::get_id() == ended;
            if (!same) return;
            require_errors(ErrorCode::misuse, moves(*cursor));
            require_misuse_of(*left, tree);
        }}.join();
    CHECK(same);
    left.reset();
    CHECK(environment.begin_write().get(tree, "a") == "1");
}

TEST_CASE_FIXTURE(Fixture,
                  "an environment closed while a thread keeps the write lock of a transaction ended elsewhere") {
    std::atomic<int> step{0};
    const auto reach = [&step](int number) {
        step = number;
        step.notify_all();
    };
    const auto wait_for = [&step](int number) {
        for (int now = step; now < number; now = step) step.wait(now);
    };
    std::optional<kv::WriteTransaction> txn;
    std::function<void()> goes_on = [] {};
    std::thread thread{[&] {
        txn.emplace(environment.begin_write());
        txn->put(tree, "a", "taken back");
        reach(1);
        wait_for(2);
        goes_on();
        reach(3);
        wait_for(4);
    }};
    wait_for(1);
    txn.reset();
    const auto let_go_on = [&] {
        reach(2);
        wait_for(3);
    };
    const auto require_open = [&] {
        require_error(ErrorCode::misuse, {"close", [&] { environment.close(); }});
        CHECK(environment.statistics().page_count > 0);
    };
    SUBCASE("until it ends") {
        require_open();
        let_go_on();
        require_open();
    }
    SUBCASE("until its next transaction has ended") {
        require_open();
        goes_on = [&] { environment.begin_write().commit(); };
        let_go_on();
        environment.close();
    }
    SUBCASE("which closes it") {
        goes_on = [&] { environment.close(); };
        let_go_on();
    }
    SUBCASE("by its destructor") {
        { const Environment destroyed = std::move(environment); }
        goes_on = [&] {
            environment = Environment::open(directory.store());
            environment.begin_write().commit();
        };
        let_go_on();
        environment.close();
    }
    SUBCASE("by its destructor, and the thread ends") {
        { const Environment destroyed = std::move(environment); }
        let_go_on();
    }
    reach(4);
    thread.join();
    environment.close();
    // Nobody has the lock any more, in this process or in another.
    environment = Environment::open(directory.store());
    CHECK_FALSE(environment.recovery().unclean);
    {
        std::optional<kv::WriteTransaction> next = environment.try_begin_write();
        REQUIRE(next.has_value());
        CHECK(next->get(tree, "a") == "1");
    }
    (void)require_sound(environment);
}

TEST_CASE_FIXTURE(Fixture, "an environment closed while transactions are open") {
    const auto require_open = [&] {
        require_error(ErrorCode::misuse, {"close", [&] { environment.close(); }});
        CHECK(environment.statistics().page_count > 0);
    };
    SUBCASE("a reader") {
        const kv::ReadTransaction reader = environment.begin_read();
        require_open();
        CHECK(reader.get(tree, "a") == "1");
    }
    SUBCASE("a reader that was reset") {
        kv::ReadTransaction reader = environment.begin_read();
        reader.reset();
        require_open();
        reader.renew();
        CHECK(reader.get(tree, "a") == "1");
    }
    SUBCASE("a writer") {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(tree, "a", "not committed");
        require_open();
        CHECK(txn.get(tree, "a") == "not committed");
    }
    SUBCASE("another handle is open") {
        Environment again = Environment::open(directory.store());
        const kv::ReadTransaction reader = environment.begin_read();
        environment.close();
        environment = std::move(again);
        CHECK(reader.get(tree, "a") == "1");
    }
    SUBCASE("by its destructor") {
        std::optional<Environment> destroyed{std::move(environment)};
        kv::WriteTransaction txn = destroyed->begin_write();
        const kv::ReadTransaction reader = destroyed->begin_read();
        destroyed.reset();
        txn.put(tree, "a", "committed");
        txn.commit();
        CHECK(reader.get(tree, "a") == "1");
        environment = Environment::open(directory.store());  // the same one, still open
        CHECK(environment.statistics().readers == 1);
        txn = environment.begin_write();
        CHECK(txn.get(tree, "a") == "committed");
        txn.put(tree, "a", "1");
        txn.commit();
    }
    environment.close();
    environment.close();
    environment = Environment::open(directory.store());
    CHECK_FALSE(environment.recovery().unclean);
}
