#include "damage.hpp"

#include <algorithm>
#include <cstddef>

#include "kv/node.hpp"
#include "kv/page_format.hpp"

namespace cambium::test {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kFirst = kv::first_data_page(kPage);
// Header of a node with its hints, and that of a large value.
constexpr std::uint64_t kHeader = std::max(sizeof(kv::NodeHeader), sizeof(kv::RunHeader));

std::uint8_t some_mask(std::mt19937_64& random) {
    // Single bits, and any change of the byte.
    return static_cast<std::uint8_t>(random() % 2 == 0 ? 1U << random() % 8 : 1 + random() % 255);
}

std::string garbage(std::uint64_t seed, std::uint64_t size) {
    std::mt19937_64 random{seed};
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 256);
    return bytes;
}

// Whether a page has a header: it carries its number. Others are free, or the inside of a large value.
bool has_header(const std::string& bytes, std::uint64_t page) {
    static_assert(offsetof(kv::NodeHeader, page_number) == offsetof(kv::RunHeader, page_number));
    return kv::load<std::uint64_t>(reinterpret_cast<const std::byte*>(bytes.data()) + page * kPage +
                                   offsetof(kv::NodeHeader, page_number)) == page;
}

}  // namespace

std::uint64_t DamagedBase::pages() const noexcept {
    return bytes.size() / kPage;
}

std::string Damage::text() const {
    const std::string p = "page " + std::to_string(page);
    switch (kind) {
        case DamageKind::flip:
            return p + ", byte " + std::to_string(at) + ": bits " + std::to_string(mask) + " flipped";
        case DamageKind::zeros:
            return p + " is zeros";
        case DamageKind::garbage:
            return p + " is garbage";
        case DamageKind::swap:
            return p + " swapped with page " + std::to_string(other);
        case DamageKind::stale:
            return p + " as in generation " + std::to_string(other);
        case DamageKind::stale_slot:
            return "commit record " + std::to_string(page) + " as in generation " + std::to_string(other);
        case DamageKind::cut:
            return "cut to " + std::to_string(at) + " bytes";
        case DamageKind::extend:
            return "extended to " + std::to_string(at) + " bytes";
    }
    return {};
}

void inflict(const DamagedBase& base, const Damage& damage, std::string& bytes) {
    const auto whole = [&](std::uint64_t page) { return (page + 1) * kPage <= bytes.size(); };
    const auto put = [&](std::uint64_t at, std::string_view content) {
        if (at + content.size() <= bytes.size()) std::copy(content.begin(), content.end(), bytes.begin() + at);
    };
    const std::uint64_t start = damage.page * kPage;
    switch (damage.kind) {
        case DamageKind::flip:
            if (start + damage.at < bytes.size())
                bytes[start + damage.at] = static_cast<char>(bytes[start + damage.at] ^ damage.mask);
            break;
        case DamageKind::zeros:
            put(start, std::string(kPage, '\0'));
            break;
        case DamageKind::garbage:
            put(start, garbage(damage.content, kPage));
            break;
        case DamageKind::swap:
            if (damage.page == damage.other || !whole(damage.page) || !whole(damage.other)) break;
            std::swap_ranges(bytes.begin() + start, bytes.begin() + start + kPage,
                             bytes.begin() + damage.other * kPage);
            break;
        case DamageKind::stale: {
            const std::string& older = base.older[damage.other];
            if (start + kPage <= older.size()) put(start, std::string_view{older}.substr(start, kPage));
            break;
        }
        case DamageKind::stale_slot: {
            const std::uint64_t slot = kv::kMetaOffsets[damage.page];
            put(slot, std::string_view{base.older[damage.other]}.substr(slot, kv::kMetaSlotSize));
            break;
        }
        case DamageKind::cut:
            if (damage.at < bytes.size()) bytes.resize(damage.at);
            break;
        case DamageKind::extend:
            if (damage.at > bytes.size()) bytes += garbage(damage.content, damage.at - bytes.size());
            break;
    }
}

std::vector<Damage> every_damage(const DamagedBase& base, std::uint64_t step, std::mt19937_64& random) {
    std::vector<Damage> all;
    const auto flip = [&](std::uint64_t page, std::uint64_t at) {
        all.push_back({DamageKind::flip, page, at, 0, some_mask(random), 0});
    };
    for (const std::uint64_t slot : kv::kMetaOffsets)
        for (std::uint64_t at = 0; at < sizeof(kv::MetaHeader) + 2 * sizeof(kv::Extent); ++at)
            flip(slot / kPage, at);
    for (std::uint64_t page = kFirst; page < base.pages(); ++page) {
        flip(page, random() % kPage);
        if (!has_header(base.bytes, page)) continue;
        for (std::uint64_t at = random() % step; at < kHeader; at += step) flip(page, at);
    }
    for (std::uint64_t page = kFirst; page < base.pages(); ++page) {
        // The file ends with room that was never written.
        if (base.bytes.compare(page * kPage, kPage, std::string(kPage, '\0')) == 0 && page % 16 != 0) continue;
        all.push_back({DamageKind::zeros, page});
        all.push_back({DamageKind::garbage, page, 0, 0, 0, random()});
        all.push_back({DamageKind::swap, page, 0, kFirst + random() % (base.pages() - kFirst)});
        all.push_back({DamageKind::cut, 0, page * kPage + random() % 2 * (random() % kPage)});
        for (std::uint64_t i = 0; i < base.older.size(); ++i)
            if (base.older[i].size() >= (page + 1) * kPage &&
                base.older[i].compare(page * kPage, kPage, base.bytes, page * kPage, kPage) != 0)
                all.push_back({DamageKind::stale, page, 0, i});
    }
    for (std::uint64_t page = 0; page < kFirst; ++page) {
        all.push_back({DamageKind::zeros, page});
        all.push_back({DamageKind::garbage, page, 0, 0, 0, random()});
        all.push_back({DamageKind::cut, 0, page * kPage + random() % kPage});
    }
    for (std::uint64_t slot = 0; slot < 2; ++slot)
        for (std::uint64_t i = 0; i < base.older.size(); ++i) all.push_back({DamageKind::stale_slot, slot, 0, i});
    for (const std::uint64_t more : {std::uint64_t{1}, kPage - 1, kPage, 100 * kPage + 17, 1000 * kPage})
        all.push_back({DamageKind::extend, 0, base.bytes.size() + more, 0, 0, random()});
    return all;
}

Damage some_damage(const DamagedBase& base, std::mt19937_64& random) {
    Damage damage;
    // Mostly flips, which whole pages would hide.
    damage.kind = random() % 2 == 0 ? DamageKind::flip : static_cast<DamageKind>(random() % kDamageKinds);
    if (base.older.empty() && (damage.kind == DamageKind::stale || damage.kind == DamageKind::stale_slot))
        damage.kind = DamageKind::zeros;
    const auto data_page = [&] { return kFirst + random() % (base.pages() - kFirst); };
    damage.page = damage.kind == DamageKind::stale_slot ? random() % 2
                  : random() % 20 == 0                  ? random() % kFirst
                                                        : data_page();
    damage.at = random() % kPage;
    if (damage.kind == DamageKind::cut) damage.at = random() % base.bytes.size();
    if (damage.kind == DamageKind::extend) damage.at = base.bytes.size() + random() % (200 * kPage);
    damage.other = damage.kind == DamageKind::swap ? data_page()
                   : base.older.empty()            ? 0
                                                   : random() % base.older.size();
    damage.mask = some_mask(random);
    damage.content = random();
    return damage;
}

}  // namespace cambium::test
