// Those who open a store after a kill and are killed themselves, at every point: what was written and not flushed
// outlives them all, and what nobody may believe is not believed by the next either.
#include <cerrno>
#include <memory>
#include <optional>

#include "accounts.hpp"
#include "cambium/base/error.hpp"
#include "child.hpp"
#include "killer.hpp"
#include "kv/environment_state.hpp"
#include "memory_directory.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

enum class Left { deferred, in_flush, unseen, failed };
constexpr std::uint64_t kLeft = 6;  ///< commits

/// A device whose syncs fail.
struct FailingSync : os::FileObserver {
    int before(const os::FileCall& call) override { return call.kind == os::FileCall::Kind::sync ? EIO : 0; }
    void after(const os::FileCall&) override {}
};

/// Leaves a store whose newest commits are written but not flushed; `unseen`: the last of them not visible either;
/// `failed`: their flush has failed, so that nobody may believe them.
void leave_unflushed(const std::string& path, Left left) {
    create_accounts(path);
    Child child{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path, {.durability = kv::Durability::deferred});
        std::mt19937_64 random{1};
        const bool unseen = left == Left::unseen;
        for (std::uint64_t i = unseen ? 1 : 0; i < kLeft; ++i) (void)commit_transfer(environment, random);
        if (unseen) {
            kv::WriteTransaction txn = environment.begin_write();
            (void)transfer(txn, random);
            (void)txn.commit_async();
        }
        Killer killer{2, true};  // the sync, behind the write of the meta
        if (left == Left::in_flush) os::set_file_observer(&killer);
        if (left == Left::in_flush) environment.sync();
        FailingSync failing;
        if (left == Left::failed) {
            os::set_file_observer(&failing);
            try {
                environment.sync();
            } catch (const Error&) {
            }
        }
        pipe.send(kLeft);
        (void)pipe.receive();
    }};
    std::uint64_t commits = 0;
    REQUIRE(child.receive(commits) == (left != Left::in_flush));
    child.kill();
    REQUIRE(WIFSIGNALED(child.wait()));
}

/// Opens and begins to write, or only reads, and is killed at its n-th point meanwhile. False when it was not.
bool killed_while_opening(const std::string& path, bool read_only, Point point, std::uint64_t n) {
    Child opener{[&](const Child::Pipe&) {
        std::optional<Killer> killer;
        if (point == Point::allocation) {
            die_at_allocation(n);
        } else {
            killer.emplace(n, point == Point::before_call);
            os::set_file_observer(&*killer);
        }
        kv::Options options;
        options.read_only = read_only;
        Environment environment = Environment::open(path, options);
        if (!read_only) environment.begin_write().abort();
        allocations_left.store(-1);
        ::_exit(0);
    }};
    const int status = opener.wait();
    REQUIRE((WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0)));
    return WIFSIGNALED(status);
}

/// A process that only reads: what it sees when it is told to look.
std::unique_ptr<Child> onlooker(const std::string& path) {
    return std::make_unique<Child>([path](const Child::Pipe& pipe) {
        kv::Options options;
        options.read_only = true;
        Environment environment = Environment::open(path, options);
        for (;;) {
            const std::uint64_t seen = require_balance(environment);
            require_check(environment);
            pipe.send(seen);  // it looks at nothing until it is told to
            (void)pipe.receive();
        }
    });
}

void kill_openers(Left left, Point point, bool read_only, bool attended) {
    for (std::uint64_t n = 1;; n += point == Point::allocation ? 7 : 1) {
        INFO("left " << static_cast<int>(left) << ", point " << static_cast<int>(point) << " " << n
                     << ", read only " << read_only << ", attended " << attended);
        const MemoryDirectory directory;
        const std::string path = directory.store();
        leave_unflushed(path, left);
        const std::uint64_t kept = left == Left::failed ? 0 : kLeft;
        const std::uint64_t seen = kept - (left == Left::unseen ? 1 : 0);
        std::unique_ptr<Child> reader;
        if (attended) {
            reader = onlooker(path);
            REQUIRE(reader->receive() == seen);
        }
        const bool killed = killed_while_opening(path, read_only, point, n);
        const std::uint64_t shown = look_at(path);
        REQUIRE((shown == seen || shown == kept));  // kept: it was made durable
        if (attended) {
            reader->send(1);
            REQUIRE(reader->receive() >= seen);
        }
        {
            Child writer{[&](const Child::Pipe& pipe) {
                Environment environment = Environment::open(path);
                std::mt19937_64 random{n};
                pipe.send(commit_transfer(environment, random));
                require_check(environment);
                pipe.send(count_in_copy(path));
            }};
            REQUIRE(writer.receive() == kept + 1);  // on top of all that was written
            REQUIRE(writer.receive() == kept + 1);
            writer.require_success();
        }
        if (attended) {
            reader->send(1);
            REQUIRE(reader->receive() == kept + 1);
        }
        if (!killed) break;
    }
}

}  // namespace

TEST_CASE("what was not flushed outlives those who are killed while they open the store after a kill") {
    for (const Left left : {Left::deferred, Left::in_flush, Left::unseen, Left::failed})
        for (const Point point : {Point::before_call, Point::after_call, Point::allocation})
            for (const bool read_only : {false, true}) {
                kill_openers(left, point, read_only, false);
                kill_openers(left, point, read_only, true);
            }
}

TEST_CASE("what readers were shown and is not whole any more is not built on, nor taken back under them") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    leave_unflushed(path, Left::deferred);
    std::unique_ptr<Child> reader = onlooker(path);
    REQUIRE(reader->receive() == kLeft);
    {
        // The kernel has dropped what it could not write: every page behind the first commit's.
        os::File file = os::File::open_existing(path, os::File::Access::read_write, os::File::Role::data);
        const std::vector<std::byte> zeros(4096);
        const std::uint64_t pages = kv::load<kv::MetaHeader>(reinterpret_cast<const std::byte*>(
                                                                 read_file(path).data() + kv::kMetaOffsets[0]))
                                        .page_count;
        for (std::uint64_t at = pages * 4096; at < file.size(); at += 4096) file.write(at, zeros.data(), 4096);
    }
    Child writer{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        try {
            (void)environment.begin_write();
        } catch (const Error& error) {
            pipe.send(error.code() == ErrorCode::poisoned ? 1 : 0);
        }
    }};
    REQUIRE(writer.receive() == 1);
    writer.require_success();
    reader.reset();
    Child next{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        pipe.send(require_balance(environment));
        std::mt19937_64 random{1};
        (void)commit_transfer(environment, random);
        require_check(environment);
    }};
    REQUIRE(next.receive() == 0);
    next.require_success();
}
