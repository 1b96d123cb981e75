// Power cuts around the birth of a store: a file is durable before it has its name, and the name is before anybody
// is told that the store is there. The calls that give names are replaced in this program, so that it sees them.
#include <algorithm>
#include <cstdio>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cambium/kv/copy.hpp"
#include "crash_fixture.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

/// How a store came into being.
struct Creation {
    Record record;
    std::size_t named = 0;      ///< events of the record before it had its name
    bool name_flushed = false;  ///< the folder was flushed after that
};

/// Watches one path.
struct Watch {
    std::string path;
    Recorder recorder;
    std::optional<std::size_t> named;
    bool name_flushed = false;
};
Watch* watch = nullptr;

void note_name(const char* path) {
    if (watch == nullptr || path != watch->path) return;
    watch->named = watch->recorder.record().events.size();
    watch->name_flushed = false;
}

void note_flush(int descriptor) {
    struct stat status {};
    if (watch != nullptr && watch->named.has_value() && ::fstat(descriptor, &status) == 0 &&
        S_ISDIR(status.st_mode))
        watch->name_flushed = true;
}

int result_of(long answer) {
    return static_cast<int>(answer);
}

}  // namespace

extern "C" {
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
    const int result = result_of(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
    if (result == 0) note_name(to);
    return result;
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
    const int result = result_of(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
    if (result == 0) note_name(to);
    return result;
}
int rename(const char* from, const char* to) noexcept {
    return ::renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int fsync(int descriptor) {
    const int result = result_of(::syscall(SYS_fsync, descriptor));
    if (result == 0) note_flush(descriptor);
    return result;
}
}

namespace {

template <class Function>
Creation watched(const std::string& path, Function&& create) {
    Watch here;
    here.path = path;
    watch = &here;
    {
        const Observation observation{here.recorder};
        create();
    }
    watch = nullptr;
    REQUIRE(here.named.has_value());
    return {here.recorder.record(), *here.named, here.name_flushed};
}

bool is_sync(const Event& event) {
    return event.kind == Event::Kind::sync || event.kind == Event::Kind::sync_begun;
}

/// The events that no sync has covered which ended before the file had its name.
std::size_t events_on_medium(const Creation& creation) {
    std::size_t begun = 0;
    std::size_t covered = 0;
    for (std::size_t i = 0; i < creation.named; ++i) {
        if (creation.record.events[i].kind == Event::Kind::sync_begun) begun = i;
        if (creation.record.events[i].kind == Event::Kind::sync) covered = begun;
    }
    return covered;
}

/// The power fails when the file has its name, at any later point: it is the whole store, and stays there.
std::vector<std::string> complaints_about(const MemoryDirectory& directory, const Creation& creation,
                                          const Trees& content) {
    if (!creation.name_flushed) return {"a power cut may take back the name of a store that was opened"};
    const std::size_t covered = events_on_medium(creation);
    std::string image;
    Record later;
    for (std::size_t i = 0; i < creation.record.events.size(); ++i) {
        const Event& event = creation.record.events[i];
        if (i >= covered) {
            // Without a name nobody is hurt: what was flushed before it is not cut again.
            if (i >= creation.named || !is_sync(event)) later.events.push_back(event);
        } else if (event.kind == Event::Kind::resize) {
            image.resize(event.offset, '\0');
        } else if (event.kind == Event::Kind::write) {
            image.resize(std::max<std::size_t>(image.size(), event.offset + event.bytes.size()), '\0');
            image.replace(event.offset, event.bytes.size(), event.bytes);
        }
    }
    Explorer explorer{directory.path(), seed()};
    explorer.explore(image, {&content}, later, {});
    return explorer.complaints();
}

/// The same without what made the file durable before it had its name.
Creation without_sync(const Creation& creation) {
    Creation broken{creation.record, 0, creation.name_flushed};
    broken.record.events.clear();
    for (std::size_t i = 0; i < creation.record.events.size(); ++i) {
        const Event& event = creation.record.events[i];
        if (i >= creation.named || !is_sync(event)) broken.record.events.push_back(event);
        if (i < creation.named) broken.named = broken.record.events.size();
    }
    return broken;
}

void try_creation(const MemoryDirectory& directory, const Creation& creation, const Trees& content) {
    for (const std::string& complaint : complaints_about(directory, creation, content)) FAIL_CHECK(complaint);
    CHECK_FALSE(complaints_about(directory, without_sync(creation), content).empty());
}

}  // namespace

TEST_CASE("a store that was created and opened is there after a power cut") {
    const MemoryDirectory directory;
    const Creation creation = watched(directory.store(), [&] { (void)kv::Environment::open(directory.store()); });
    try_creation(directory, creation, {});
}

TEST_CASE("so is one that took the place of an empty file") {
    const MemoryDirectory directory;
    write_file(directory.store(), "");
    const Creation creation = watched(directory.store(), [&] { (void)kv::Environment::open(directory.store()); });
    try_creation(directory, creation, {});
}

TEST_CASE("so is a copy") {
    for (const bool compact : {false, true}) {
        const MemoryDirectory directory;
        Trees content;
        kv::Environment environment = kv::Environment::open(directory.store());
        {
            kv::WriteTransaction txn = environment.begin_write();
            Change change{txn, content};
            for (std::uint64_t i = 0; i < 20; ++i) change.put("records", key_of(i), value_of(300, i));
            txn.commit();
        }
        kv::CopyOptions options;
        options.compact = compact;
        const Creation creation = watched(directory.file("copy"),
                                          [&] { (void)kv::copy_to(environment, directory.file("copy"), options); });
        try_creation(directory, creation, content);
    }
}
