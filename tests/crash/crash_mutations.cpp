// The crash tests can fail: records of runs in which the engine's order of writes and syncs was broken on purpose
// are explored, and the explorer must complain about every one.
#include <algorithm>
#include <cstring>

#include "base/checksum.hpp"
#include "crash_fixture.hpp"
#include "kv/page_format.hpp"

using namespace cambium::test;
using cambium::kv::Durability;
using cambium::kv::MetaHeader;

namespace {

bool is_meta_write(const Event& event) {
    return event.kind == Event::Kind::write && event.offset < cambium::kv::kMetaAreaSize;
}
bool is_page_write(const Event& event) {
    return event.kind == Event::Kind::write && event.offset >= cambium::kv::kMetaAreaSize;
}

/// Where one commit's events lie in a record.
struct CommitEvents {
    std::size_t attempted = 0;
    std::vector<std::size_t> pages;
    std::size_t meta = 0;
    std::vector<std::size_t> syncs;
    std::size_t acknowledged = 0;
};

std::vector<CommitEvents> commits_of(const Record& record) {
    std::vector<CommitEvents> commits;
    bool inside = false;
    for (std::size_t i = 0; i < record.events.size(); ++i) {
        const Event& event = record.events[i];
        if (event.kind == Event::Kind::attempted) {
            commits.emplace_back().attempted = i;
            inside = true;
        }
        if (!inside) continue;
        CommitEvents& commit = commits.back();
        if (is_page_write(event)) commit.pages.push_back(i);
        if (is_meta_write(event)) commit.meta = i;
        if (event.kind == Event::Kind::sync) commit.syncs.push_back(i);
        if (event.kind == Event::Kind::acknowledged) {
            commit.acknowledged = i;
            inside = false;
        }
    }
    return commits;
}

/// Breaks one commit of a record.
using Mutation = void (*)(Record& record, const CommitEvents& commit);

void erase_event(Record& record, std::size_t i) {
    record.events.erase(record.events.begin() + static_cast<std::ptrdiff_t>(i));
}

void drop_last_sync(Record& record, const CommitEvents& commit) {
    erase_event(record, commit.syncs.back());
}

void drop_sync_before_meta(Record& record, const CommitEvents& commit) {
    erase_event(record, commit.syncs[commit.syncs.size() - 2]);
}

// pages, sync, meta, sync becomes meta, sync, pages, sync.
void meta_before_pages(Record& record, const CommitEvents& commit) {
    const auto at = [&](std::size_t i) { return record.events.begin() + static_cast<std::ptrdiff_t>(i); };
    std::rotate(at(commit.pages.front()), at(commit.meta), at(commit.acknowledged));
}

// The meta promises its pages without binding their content.
void forget_digest(Record& record, const CommitEvents& commit) {
    std::string& bytes = record.events[commit.meta].bytes;
    MetaHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    header.extent_count = 0;
    header.size = sizeof header;
    header.digest = cambium::base::Checksum{header.seed}(nullptr, 0);
    std::memcpy(bytes.data(), &header, sizeof header);
    header.checksum =
        cambium::base::plain_checksum(reinterpret_cast<const std::byte*>(bytes.data()) + 16, sizeof header - 16);
    std::memcpy(bytes.data(), &header, sizeof header);
}

void overwrite_durable_slot(Record& record, const CommitEvents& commit) {
    std::uint64_t& offset = record.events[commit.meta].offset;
    offset = offset == cambium::kv::kMetaOffsets[0] ? cambium::kv::kMetaOffsets[1] : cambium::kv::kMetaOffsets[0];
}

// The disk says that it wrote a page, and did not.
void lose_a_page(Record& record, const CommitEvents& commit) {
    erase_event(record, commit.pages.back());
}

// A page arrives as what it was in an earlier commit.
void stale_page(Record& record, const CommitEvents& commit) {
    Event& page = record.events[commit.pages.back()];
    for (std::size_t i = commit.attempted; i-- > 0;) {
        if (!is_page_write(record.events[i])) continue;
        page.bytes = record.events[i].bytes.substr(0, page.bytes.size());
        page.bytes.resize(kBlockSize, '\0');
        return;
    }
}

// A page that the last durable state needs is written over while the next commit is in flight.
void reuse_live_page(Record& record, const CommitEvents& commit) {
    for (std::size_t i = commit.attempted; i-- > 0;) {
        if (!is_page_write(record.events[i])) continue;
        Event event;
        event.kind = Event::Kind::write;
        event.offset = record.events[i].offset;
        event.bytes = record.events[commit.pages.front()].bytes.substr(0, kBlockSize);
        record.events.insert(record.events.begin() + static_cast<std::ptrdiff_t>(commit.pages.front()), event);
        return;
    }
}

// While the flush of a meta is under way the next one is written over it.
void rewrite_meta_in_flight(Record& record, const CommitEvents& commit) {
    Event next = record.events[commit.meta];
    for (std::size_t i = commit.acknowledged; i < record.events.size(); ++i)
        if (is_meta_write(record.events[i])) {
            next.bytes = record.events[i].bytes;
            break;
        }
    record.events.insert(record.events.begin() + static_cast<std::ptrdiff_t>(commit.syncs.back()), next);
}

// Somebody cuts the file where it ended before the commit appended to it.
void truncate_after_append(Record& record, const CommitEvents& commit) {
    Event cut;
    cut.kind = Event::Kind::resize;
    for (const std::size_t page : commit.pages) cut.offset = std::max(cut.offset, record.events[page].offset);
    const auto begun = static_cast<std::ptrdiff_t>(commit.syncs.back() - 1);
    record.events.insert(record.events.begin() + begun, cut);
}

struct NamedMutation {
    const char* name;
    Durability durability;
    Mutation apply;
};

constexpr NamedMutation kMutations[] = {
    {"the sync of a commit is left out", Durability::durable, drop_last_sync},
    {"the last sync of a commit of two is left out", Durability::two_phase, drop_last_sync},
    {"the sync between pages and meta is left out", Durability::two_phase, drop_sync_before_meta},
    {"the meta is flushed before its pages", Durability::two_phase, meta_before_pages},
    {"the meta does not bind the content of its pages", Durability::durable, forget_digest},
    {"the slot of the last durable meta is overwritten", Durability::durable, overwrite_durable_slot},
    {"a meta is rewritten in flight", Durability::durable, rewrite_meta_in_flight},
    {"a meta is rewritten in flight, two flushes", Durability::two_phase, rewrite_meta_in_flight},
    {"the file is cut where a commit appends", Durability::durable, truncate_after_append},
    {"a page is lost", Durability::durable, lose_a_page},
    {"a page is lost, two flushes", Durability::two_phase, lose_a_page},
    {"a page is replaced by an older one", Durability::durable, stale_page},
    {"a page is reused too early", Durability::durable, reuse_live_page},
    {"a page is reused too early, two flushes", Durability::two_phase, reuse_live_page},
};

Workload broken_workload(Durability durability) {
    return {"a broken run", durability, [](Session& session, std::uint64_t from) {
                for (std::uint64_t i = 0; i < 6; ++i)
                    session.commit(
                        [&](Change& change) { change.put("records", key_of(i % 3), value_of(50, from + i)); });
            }};
}

}  // namespace

TEST_CASE("every broken order of writes and syncs is noticed, in whichever commit it happens") {
    for (const NamedMutation& mutation : kMutations) {
        const MemoryDirectory directory;
        const Run sound = record_workload(directory, broken_workload(mutation.durability), seed());
        const std::vector<CommitEvents> commits = commits_of(sound.record);
        REQUIRE(commits.size() == 6);
        Thoroughness how;
        how.random_states = 4;
        how.nested_one_in = 0;

        Explorer untouched{directory.path(), seed()};
        explore(untouched, sound, how);
        require_no_complaints(untouched);

        // The first commit has no predecessor to be mistaken for.
        for (std::size_t broken = 1; broken < commits.size(); ++broken) {
            Run run = sound;
            mutation.apply(run.record, commits[broken]);
            Explorer explorer{directory.path(), seed()};
            explorer.stop_at_first();
            explore(explorer, run, how);
            INFO(std::string{mutation.name} << ", in commit " << broken);
            CHECK_FALSE(explorer.complaints().empty());
        }
    }
}
