// The functions that the tables name: predicates, checks and migrations. Each depends on its record alone.
#include "cookie.hpp"
#include "node_log.hpp"
#include "publication.hpp"
#include "session.hpp"

namespace router {

bool is_complete(const Credential& credential) {
    return credential.method == Method::anonymous || !credential.config.empty();
}

bool is_live(const Session& session) {
    return !session.left_at;
}

bool is_unacknowledged(const Event& event) {
    return !event.acknowledged;
}

double memory_percent(const NodeLog& log) {
    return log.memory.percent;
}

std::uint64_t connections(const NodeLog& log) {
    return log.network.connections;
}

Session with_parsed_transport(const FirstSession& old) {
    const std::size_t slash = old.transport.find('/');
    const std::size_t space = old.transport.find(' ');
    Transport transport{.protocol = old.transport};
    if (slash != std::string::npos && space != std::string::npos && slash < space) {
        transport = {old.transport.substr(0, slash), old.transport.substr(slash + 1, space - slash - 1),
                     old.transport.substr(space + 1)};
    }
    return {.id = old.id,
            .realm = old.realm,
            .session = old.session,
            .joined_at = old.joined_at,
            .left_at = old.left_at,
            .node = old.node,
            .worker = old.worker,
            .pid = old.pid,
            .transport = transport,
            .user = old.user,
            .authid = old.authid,
            .role = old.role,
            .method = old.method,
            .provider = old.provider,
            .extra = old.extra};
}

Cookie with_end(const FirstCookie& old) {
    return {.id = old.id,
            .created = old.created,
            .expires = old.created + std::chrono::seconds{old.max_age},
            .name = old.name,
            .value = old.value,
            .authenticated = old.authenticated,
            .node = old.node,
            .worker = old.worker,
            .transport_info = old.transport_info,
            .session = old.session,
            .joined_at = old.joined_at,
            .method = old.method,
            .authid = old.authid,
            .role = old.role,
            .realm = old.realm,
            .extra = old.extra};
}

}  // namespace router
