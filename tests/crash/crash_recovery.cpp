// Crashes around a recovery that a general exploration meets too rarely.
#include <cstring>

#include "crash_fixture.hpp"
#include "kv/page_format.hpp"
#include "store_content.hpp"
#include "trial.hpp"

using namespace cambium::test;
using cambium::kv::Durability;
using cambium::kv::Environment;

namespace {

void change_many_leaves(Change& change, std::uint64_t value_seed) {
    for (std::uint64_t i = 0; i < 40; ++i) change.put("wide", key_of(i * 48 + 24), value_of(150, value_seed + i));
}

void apply(std::string& image, const Event& event) {
    if (event.offset + event.bytes.size() > image.size()) image.resize(event.offset + event.bytes.size(), '\0');
    image.replace(event.offset, event.bytes.size(), event.bytes);
}

bool is_meta_write(const Event& event) {
    return event.kind == Event::Kind::write && event.offset < cambium::kv::kMetaAreaSize;
}

/// The image before the flush of the last commit of a record, and that commit's meta.
struct BeforeFlush {
    std::string with_pages;     ///< its pages have arrived
    std::string without_pages;  ///< nothing after the sync before has
    Event meta;
};

BeforeFlush before_last_flush(std::string image, const Record& record) {
    std::size_t last_attempt = 0;
    for (std::size_t i = 0; i < record.events.size(); ++i)
        if (record.events[i].kind == Event::Kind::attempted) last_attempt = i;
    BeforeFlush result;
    for (std::size_t i = 0; i < record.events.size(); ++i) {
        const Event& event = record.events[i];
        if (i == last_attempt) result.without_pages = image;
        if (i > last_attempt && is_meta_write(event)) {
            result.with_pages = image;
            result.meta = event;
            return result;
        }
        if (event.kind == Event::Kind::write) apply(image, event);
        if (event.kind == Event::Kind::resize && event.offset > image.size()) image.resize(event.offset, '\0');
    }
    FAIL("the record has no flush");
    return result;
}

}  // namespace

// The list of extents of a meta fills several sectors. The meta of commit N is torn: N never happened. Then another
// commit N of the same shape is torn the other way round, so that the slot again holds the first N, whose pages are
// all there. A recovery that left the torn slot alone would show what it denied before.
TEST_CASE("a commit that a recovery rejected does not come back with the next torn one") {
    const MemoryDirectory directory;
    Recorder recorder;
    Trees before;
    { const Environment created = Environment::open(directory.store()); }
    {
        Session session{directory.store(), recorder};
        scatter_free_space(session);
        session.close();
        before = session.model();
    }
    const std::string image = read_file(directory.store());

    Recorder first;
    {
        const Observation observation{first};
        Session session{directory.store(), first, Durability::durable, before};
        session.commit([](Change& change) { change_many_leaves(change, 1); });
    }
    const BeforeFlush lost = before_last_flush(image, first.record());
    cambium::kv::MetaHeader header;
    std::memcpy(&header, lost.meta.bytes.data(), sizeof header);
    REQUIRE(header.size > kSectorSize);

    for (std::size_t sectors = 1; sectors * kSectorSize < header.size; ++sectors) {
        std::string torn = lost.with_pages;
        torn.replace(lost.meta.offset, sectors * kSectorSize, lost.meta.bytes, 0, sectors * kSectorSize);
        std::filesystem::remove(directory.store() + "-lock");
        write_file(directory.store(), torn);

        Recorder second;
        {
            const Observation observation{second};
            Session session{directory.store(), second, Durability::durable, before};
            REQUIRE(content_of(session.environment()) == before);
            CHECK(session.environment().recovery().fell_back);
            session.commit([](Change& change) { change_many_leaves(change, 1000); });
        }
        const BeforeFlush again = before_last_flush(torn, second.record());
        REQUIRE(again.meta.offset == lost.meta.offset);
        std::string image_again = again.without_pages;
        const std::size_t from = again.meta.offset + sectors * kSectorSize;
        image_again.replace(from, again.meta.bytes.size() - sectors * kSectorSize, again.meta.bytes,
                            sectors * kSectorSize);
        std::filesystem::remove(directory.store() + "-lock");
        write_file(directory.store(), image_again);
        Recorder third;
        CHECK(try_store(directory.store(), {&before}, third) == "");
        ++states_tried();
    }
}

TEST_CASE("a store is durable before it appears under its name") {
    const MemoryDirectory directory;
    Recorder recorder;
    {
        const Observation observation{recorder};
        { const Environment created = Environment::open(directory.store()); }
    }
    const std::vector<Event>& events = recorder.record().events;
    REQUIRE_FALSE(events.empty());
    // All that follows the sync is what the first open of the new file does; that changes nothing.
    bool synced = false;
    for (const Event& event : events) {
        synced = synced || event.kind == Event::Kind::sync;
        if (synced) CHECK((event.kind == Event::Kind::sync_begun || event.kind == Event::Kind::sync));
    }
    CHECK(synced);
}

TEST_CASE("what a power cut in the middle of a creation leaves does not hinder the next one") {
    const MemoryDirectory directory;
    write_file(directory.store() + "-new.123", std::string(5000, 'x'));
    write_file(directory.store(), "");
    Recorder recorder;
    const Trees empty;
    CHECK(try_store(directory.store(), {&empty}, recorder) != "");  // without `create` an empty file is not a store
    { const Environment created = Environment::open(directory.store()); }
    Recorder again;
    CHECK(try_store(directory.store(), {&empty}, again) == "");
}
