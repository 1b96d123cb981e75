// What a router asks of its store: one query through every index.
#include <algorithm>
#include <iostream>
#include <string>

#include "store.hpp"

namespace router {
namespace {

void about_users(cambium::ReadTransaction& txn, const Generated& day) {
    const cambium::Reader<Users> users{txn};
    // Of addresses, large and small letters are the same.
    const auto user = users.by<"email">().get("JOAN" + day.users[0].email.substr(4));
    std::cout << "email: " << user->label << ", registered " << minute_text(user->registered) << '\n';
    std::cout << "pubkey: " << users.by<"pubkey">().equal(std::nullopt).count() << " users have none\n";
    std::cout << "tag: " << users.by<"tag">().equal("operator").count() << " operators:";
    for (const auto& [tag, label, id] : users.by<"tag">().equal("operator").limit(3).entries())
        std::cout << ' ' << label << ';';
    std::cout << '\n';

    const cambium::Reader<Credentials> credentials{txn};
    const Credential& known =
        *std::adjacent_find(day.credentials.begin(), day.credentials.end(),
                            [](const Credential& a, const Credential& b) { return a.principal == b.principal; });
    const auto login = credentials.by<"login">().get(known.method, known.realm, known.authid);
    std::cout << "login: " << login->authid << " is " << users.get(login->principal)->label << '\n';
    std::cout << "principal_created: " << credentials.by<"principal_created">().equal(known.principal).count()
              << " credentials, the newest of "
              << minute_text(
                     credentials.by<"principal_created">().equal(known.principal).reverse().first()->created)
              << '\n';
    std::cout << "principal: " << credentials.by<"principal">().equal(known.principal).count()
              << " refer to the user\n";
}

void about_sessions(cambium::ReadTransaction& txn, const Generated& day) {
    const cambium::Reader<Sessions> sessions{txn};
    std::cout << "session:";
    for (const Session& session : sessions.by<"session">().equal(day.sessions[0].session)) {
        std::cout << ' ' << minute_text(session.joined_at) << " from " << session.transport.peer << " by "
                  << session.transport.protocol << ';';
    }
    std::cout << "\nlive:";
    for (const Uuid& realm : day.realms) std::cout << ' ' << sessions.by<"live">().equal(realm).count();
    std::cout << '\n';
    const auto recent = sessions.by<"live">().equal(day.realms[0]).reverse().limit(3);
    for (const auto& [realm, joined_at, authid, role, id] : recent.entries()) {
        std::cout << "  " << minute_text(joined_at) << ' ' << authid << ", " << role << '\n';
    }
    std::cout << "user: " << sessions.by<"user">().equal(day.users[0].id).count() << " sessions of "
              << day.users[0].email << ", " << sessions.by<"user">().equal(std::nullopt).count() << " of guests\n";

    const cambium::Reader<Cookies> cookies{txn};
    const auto value = std::find_if(day.cookies.begin(), day.cookies.end(), [](const FirstCookie& cookie) {
                           return cookie.authid && cookie.max_age > 86'400;
                       })->value;
    const auto cookie = cookies.by<"value">().get(value);
    std::cout << "value: the cookie of " << *cookie->authid << " ends at " << minute_text(cookie->expires) << '\n';
    std::cout << "  it was given to " << cookie->transport_info["headers"]["user-agent"].as_text() << " at "
              << cookie->transport_info["peer"].as_text() << '\n';
    std::cout << "authid: " << cookies.by<"authid">().count() << " cookies of " << cookies.count()
              << " belong to somebody\n";
    for (const auto& [authid, realm, role, id] : cookies.by<"authid">().equal(cookie->authid).entries()) {
        std::cout << "  " << *authid << " on " << *realm << " as " << *role << '\n';
    }
}

void about_publications(cambium::ReadTransaction& txn, const Generated& day) {
    const cambium::Reader<Publications> publications{txn};
    const auto topics = publications.by<"topic">();
    std::cout << "topic: " << topics.prefix("com.example.sensors.").count()
              << " of sensors; the newest of the lobby at "
              << minute_text(topics.equal("com.example.chat.lobby").first()->timestamp) << '\n';
    // The topic's order is descending: from the end of the day back to the last hour's beginning.
    std::cout << "  in the last hour: "
              << topics
                     .range({"com.example.orders.created", kEndOfDay},
                            {"com.example.orders.created", kEndOfDay - std::chrono::hours{1}})
                     .count()
              << " orders\n";
    std::cout << "publisher: " << publications.by<"publisher">().equal(day.sessions[0].session).count()
              << " by one session\n";
    std::cout << "eligible: " << publications.by<"eligible">().equal(day.sessions[3].session).count()
              << " for one session only\n";
    const auto retained = publications.by<"retained">();
    std::cout << "retained: " << retained.count() << "; who subscribes to the alerts gets that of "
              << minute_text(retained.equal("com.example.alerts").first()->timestamp) << '\n';

    const cambium::Reader<Events> events{txn};
    const std::uint64_t subscription = day.events[0].subscription;
    std::cout << "events: " << events.equal(subscription).count() << " of a subscription, "
              << events.range({subscription, kEndOfDay - std::chrono::hours{12}}, {subscription, kEndOfDay}).count()
              << " since noon\n";
    const std::uint64_t receiver = day.events[0].receiver;
    std::cout << "receiver: " << events.by<"receiver">().equal(receiver).count() << " for a session\n";
    std::cout << "unacknowledged: " << events.by<"unacknowledged">().count() << '\n';
    for (const auto& [session, publication, key] : events.by<"unacknowledged">().limit(2).entries()) {
        std::cout << "  " << session << " was sent " << publications.get(publication)->topic << " at "
                  << minute_text(std::get<1>(key)) << '\n';
    }
    const Event& twice =
        *std::adjacent_find(day.events.begin(), day.events.end(),
                            [](const Event& a, const Event& b) { return a.publication == b.publication; });
    std::cout << "publication: " << events.by<"publication">().equal(twice.publication).count()
              << " deliveries of one\n";
}

void about_nodes(cambium::ReadTransaction& txn, const Generated& day) {
    const cambium::Reader<NodeLogs> logs{txn};
    const Timestamp noon = kEndOfDay - std::chrono::hours{12};
    std::uint64_t connected = 0;
    for (const NodeLog& log : logs.equal(noon)) connected += log.network.connections;
    std::cout << "node logs at noon: " << connected << " connections to " << logs.equal(noon).count() << " nodes\n";
    // The history of one node for a chart, out of the index alone.
    double highest = 0;
    std::uint64_t minutes = 0;
    const auto of_node = logs.by<"node">();
    const auto afternoon = of_node.range({day.nodes[0], noon}, {day.nodes[0], noon + std::chrono::hours{6}});
    for (const auto& [node, time, memory, connected_then, key] : afternoon.entries()) {
        highest = std::max(highest, memory);
        ++minutes;
    }
    std::cout << "node: " << minutes << " minutes of one, at most " << highest << "% of its memory\n";
    const auto last = logs.view(kEndOfDay - std::chrono::minutes{1}, day.nodes[1]);
    std::cout << "  its neighbour sent " << (*last)->network.bytes_sent / 1'000'000 << " MB that day, its load is "
              << (*last)->system.load_1 << "\n";
}

}  // namespace

void run_queries(cambium::Database& db, const Generated& day) {
    db.read([&](cambium::ReadTransaction& txn) {
        about_users(txn, day);
        about_sessions(txn, day);
        about_publications(txn, day);
        about_nodes(txn, day);
    });
}

}  // namespace router
