// Publications: what was said on a topic; and events: its delivery to the subscribers.
#pragma once

#include <cstddef>

#include "user.hpp"

namespace router {

struct Publication {
    std::uint64_t id{};
    Timestamp timestamp{};
    std::uint64_t publisher{};  // the number of its session
    std::string topic{};
    std::vector<std::byte> payload{};
    bool acknowledge{};
    bool retain{};
    std::vector<std::uint64_t> exclude{};
    std::vector<std::uint64_t> eligible{};  // sessions; none of them: everybody
};

// What is retained is sent to everybody who subscribes later: of each topic the newest.
struct Publications
    : cambium::Table<
          "publications", Publication, cambium::PrimaryKey<&Publication::id>, cambium::Cbor,
          cambium::OrderedIndex<"topic", &Publication::topic, cambium::descending<&Publication::timestamp>>,
          cambium::OrderedIndex<"publisher", &Publication::publisher, &Publication::timestamp>,
          cambium::OrderedIndex<"eligible", cambium::each<&Publication::eligible>>,
          cambium::OrderedIndex<"retained", &Publication::topic, cambium::descending<&Publication::timestamp>,
                                cambium::where<&Publication::retain>>> {};

struct Event {
    std::uint64_t subscription{};
    Timestamp timestamp{};
    std::uint64_t publication{};
    std::uint64_t receiver{};  // the number of its session
    bool retained{};
    std::optional<Timestamp> acknowledged{};
};

bool is_unacknowledged(const Event& event);

// Events go with their publication.
struct Events : cambium::Table<
                    "events", Event, cambium::PrimaryKey<&Event::subscription, &Event::timestamp>, cambium::Cbor,
                    cambium::OrderedIndex<"receiver", &Event::receiver, &Event::timestamp>,
                    cambium::OrderedIndex<"unacknowledged", &Event::receiver, cambium::where<&is_unacknowledged>,
                                          cambium::covering<&Event::publication>>,
                    cambium::ForeignKey<"publication", Publications, &Event::publication, cambium::cascade_erase>> {
};

}  // namespace router
