// What is made up, and in which proportion: most sessions are over, a few users make most of them, most cookies
// belong to nobody, topics differ in how much is said on them, and nodes are busier by day.
#include "generator.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace router {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr Timestamp kStartOfDay = kEndOfDay - std::chrono::days{1};
constexpr std::array<std::string_view, 12> kGivenNames = {"Ada",    "Barbara",   "Claude", "Donald",
                                                          "Edsger", "Frances",   "Grace",  "Hedy",
                                                          "Joan",   "Katherine", "Leslie", "Mary"};
constexpr std::array<std::string_view, 12> kFamilyNames = {"Allen",  "Clarke",  "Dijkstra", "Hamilton",
                                                           "Hopper", "Johnson", "Keller",   "Lamarr",
                                                           "Liskov", "Noether", "Shannon",  "Wilkes"};
constexpr std::array<std::string_view, 6> kTags = {"admin", "billing", "developer", "device", "operator", "trial"};
constexpr std::array<std::string_view, 8> kTopics = {
    "com.example.orders.created",   "com.example.orders.paid",
    "com.example.sensors.humidity", "com.example.sensors.temperature",
    "com.example.chat.lobby",       "com.example.chat.support",
    "com.example.config",           "com.example.alerts"};
constexpr std::array<std::string_view, 3> kBrowsers = {"Mozilla/5.0 (X11; Linux x86_64) Firefox/148.0",
                                                       "Mozilla/5.0 (Windows NT 10.0) Chrome/145.0",
                                                       "Mozilla/5.0 (Macintosh) Safari/26.0"};
constexpr std::array<std::string_view, 3> kSerializers = {"cbor", "json", "msgpack"};

class Generator {
public:
    Generated run() {
        for (int i = 0; i < 4; ++i) out_.nodes.push_back(uuid());
        for (int i = 0; i < 3; ++i) out_.realms.push_back(uuid());
        users();
        sessions();
        cookies();
        publications();
        node_logs();
        return std::move(out_);
    }

private:
    // The generator of the standard library answers the same everywhere; its distributions do not.
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    bool percent(std::uint64_t share) { return below(100) < share; }
    // Small numbers are more frequent.
    std::uint64_t skewed(std::uint64_t bound) { return below(below(bound) + 1); }
    template <class Container>
    const auto& one_of(const Container& values) {
        return values[below(values.size())];
    }
    Timestamp moment() { return kStartOfDay + milliseconds{below(86'400'000)}; }
    std::uint64_t wamp_id() { return 1 + below(std::uint64_t{1} << 53); }
    Uuid uuid() {
        Uuid id;
        for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(below(256));
        id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);
        id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
        return id;
    }
    std::string text(std::size_t length) {
        static constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRSTUVWXY34679";
        std::string result;
        while (result.size() < length) result += kLetters[below(kLetters.size())];
        return result;
    }

    void users() {
        for (std::uint64_t i = 0; i < 400; ++i) {
            const std::string given{one_of(kGivenNames)};
            const std::string family{one_of(kFamilyNames)};
            FirstUser user{.id = uuid(), .name = given + " " + family};
            user.email = given + "." + family + std::to_string(i) + "@example.org";
            user.telephone = "+1 555 " + std::to_string(1000 + below(9000));
            user.registered = kStartOfDay - minutes{below(525'600)};
            if (percent(20)) user.description = "joined by invitation";
            std::set<std::string> tags;
            for (std::uint64_t n = skewed(4); n > 0; --n) tags.insert(std::string{kTags[skewed(kTags.size())]});
            user.tags.assign(tags.begin(), tags.end());
            credentials(user);
            out_.users.push_back(std::move(user));
        }
    }

    void credentials(const FirstUser& user) {
        const std::string authid = user.email.substr(0, user.email.find('@'));
        for (const Method method : {Method::scram, Method::cryptosign, Method::ticket}) {
            if (method != Method::scram && !percent(30)) continue;
            out_.credentials.push_back({.id = uuid(),
                                        .created = user.registered + minutes{below(10'000)},
                                        .method = method,
                                        .realm = "realm" + std::to_string(1 + below(3)),
                                        .authid = authid,
                                        .config = text(44),
                                        .principal = user.id});
        }
    }

    void sessions() {
        for (int i = 0; i < 3000; ++i) {
            FirstSession session{
                .id = uuid(), .realm = one_of(out_.realms), .session = wamp_id(), .joined_at = moment()};
            const Timestamp left = session.joined_at + minutes{1 + skewed(600)};
            if (left < kEndOfDay) session.left_at = left;
            session.node = one_of(out_.nodes);
            session.worker = "router" + std::to_string(1 + below(4));
            session.pid = static_cast<std::int32_t>(1000 + below(30'000));
            session.transport = std::string(percent(80) ? "websocket/" : "rawsocket/");
            session.transport.append(one_of(kSerializers)).append(" 10.0.").append(std::to_string(below(256)));
            session.transport += "." + std::to_string(1 + below(254));
            session.transport += ":" + std::to_string(32768 + below(28'000));
            session.provider = "static";
            if (percent(25)) {
                session.authid = "guest-" + text(8);
                session.role = "guest";
            } else {
                const FirstUser& user = out_.users[skewed(out_.users.size())];
                session.user = user.id;
                session.authid = user.email.substr(0, user.email.find('@'));
                session.role = percent(10) ? "operator" : "member";
                session.method = percent(50) ? Method::scram : Method::cryptosign;
                session.extra = cambium::Document::object({{"attempts", static_cast<std::int64_t>(1 + skewed(3))}});
            }
            out_.sessions.push_back(std::move(session));
        }
        // Numbers come round again: the last session has that of the first.
        out_.sessions.back().session = out_.sessions.front().session;
    }

    static cambium::Document transport_info(const FirstSession& session, std::string_view browser) {
        using cambium::Document;
        const std::string& transport = session.transport;
        const std::size_t serializer = transport.find('/') + 1;
        const std::size_t peer = transport.find(' ') + 1;
        return Document::object({{"peer", "tcp4:" + transport.substr(peer)},
                                 {"protocol", "wamp.2." + transport.substr(serializer, peer - 1 - serializer)},
                                 {"headers", Document::object({{"user-agent", browser}, {"dnt", true}})}});
    }

    void cookies() {
        for (int i = 0; i < 1500; ++i) {
            const FirstSession& session = one_of(out_.sessions);
            FirstCookie cookie{.id = uuid(), .created = moment(), .name = "cbtid", .value = text(24)};
            cookie.max_age = percent(70) ? 3600 : 604'800;
            cookie.node = session.node;
            cookie.worker = session.worker;
            cookie.transport_info =
                transport_info(session, kBrowsers[static_cast<std::size_t>(i) % kBrowsers.size()]);
            if (session.user && percent(40)) {
                cookie.authenticated = cookie.created + seconds{below(60)};
                cookie.session = session.session;
                cookie.joined_at = session.joined_at;
                cookie.method = session.method;
                cookie.authid = session.authid;
                cookie.role = session.role;
                cookie.realm = "realm" + std::to_string(1 + below(3));
                cookie.extra = session.extra;
            }
            out_.cookies.push_back(std::move(cookie));
        }
    }

    void publications() {
        std::set<std::pair<std::uint64_t, Timestamp>> delivered;
        for (int i = 0; i < 2500; ++i) {
            Publication publication{.id = wamp_id(), .timestamp = moment()};
            publication.publisher = out_.sessions[skewed(out_.sessions.size())].session;
            const std::uint64_t topic = skewed(kTopics.size());
            publication.topic = kTopics[topic];
            for (std::uint64_t n = 8 + skewed(200); n > 0; --n) {
                publication.payload.push_back(static_cast<std::byte>(below(256)));
            }
            publication.acknowledge = percent(30);
            publication.retain = percent(4);
            if (percent(5)) {
                std::set<std::uint64_t> eligible;
                for (std::uint64_t n = 1 + below(3); n > 0; --n) eligible.insert(out_.sessions[below(50)].session);
                publication.eligible.assign(eligible.begin(), eligible.end());
            }
            for (std::uint64_t n = skewed(6); n > 0; --n) {
                Event event{.subscription = 1000 + topic * 10 + below(10)};
                event.timestamp = publication.timestamp + milliseconds{1 + below(30)};
                event.publication = publication.id;
                event.receiver = out_.sessions[100 + below(200)].session;
                event.retained = publication.retain;
                if (!publication.acknowledge || percent(95))
                    event.acknowledged = event.timestamp + milliseconds{below(90)};
                if (delivered.emplace(event.subscription, event.timestamp).second) out_.events.push_back(event);
            }
            out_.publications.push_back(std::move(publication));
        }
    }

    // What a machine of eight processors and 32 GiB measures in a minute of which `busy` percent are work.
    void measure(NodeLog& log, std::uint64_t busy) {
        constexpr std::uint64_t kTicks = std::uint64_t{8} * 60 * 100;
        constexpr std::uint64_t kPage = 4096;
        Cpu& cpu = log.cpu;
        const std::uint64_t work = kTicks / 100 * busy;
        cpu.user += work * 7 / 10;
        cpu.system += work * 2 / 10;
        cpu.softirq += work / 10;
        cpu.irq += below(5);
        cpu.nice += below(20);
        cpu.steal += below(3);
        cpu.iowait += below(kTicks / 100);
        cpu.idle += kTicks - work;
        cpu.percent = static_cast<double>(busy);

        Memory& memory = log.memory;
        const std::uint64_t full = 20 + busy / 2 + below(4);
        memory.total = std::uint64_t{32} << 30;
        memory.used = memory.total / 100 * full;
        memory.available = memory.total - memory.used;
        memory.cached = memory.available / 2;
        memory.buffers = memory.available / 20;
        memory.free = memory.available - memory.cached - memory.buffers;
        memory.active = memory.used * 2 / 3;
        memory.inactive = memory.used / 4;
        memory.shared = memory.used / 50;
        memory.slab = memory.total / 100 + kPage * below(1000);
        memory.percent = static_cast<double>(full);

        Disk& disk = log.disk;
        const std::uint64_t reads = busy * 4 + below(50);
        const std::uint64_t writes = busy * 20 + below(100);
        disk.read_count += reads;
        disk.read_bytes += reads * kPage * 4;
        disk.read_merged_count += reads / 10;
        disk.read_time += reads / 3;
        disk.write_count += writes;
        disk.write_bytes += writes * kPage * 3;
        disk.write_merged_count += writes / 4;
        disk.write_time += writes / 2;
        disk.busy_time += (reads + writes) / 4;

        Network& network = log.network;
        const std::uint64_t received = busy * 700 + below(1000);
        const std::uint64_t sent = busy * 1900 + below(1000);
        network.packets_received += received;
        network.bytes_received += received * 180;
        network.packets_sent += sent;
        network.bytes_sent += sent * 160;
        network.dropped_in += percent(1) ? 1 : 0;
        network.errors_in += percent(1) ? 1 : 0;
        network.connections = busy * 10 + below(40);

        System& system = log.system;
        system.context_switches += busy * 30'000 + below(10'000);
        system.interrupts += busy * 12'000 + below(10'000);
        system.soft_interrupts += busy * 9000 + below(10'000);
        system.load_1 = cpu.percent / 12.5;
        system.load_5 += (system.load_1 - system.load_5) / 8;
        system.load_15 += (system.load_1 - system.load_15) / 16;
    }

    void node_logs() {
        std::vector<Uuid> nodes = out_.nodes;
        std::sort(nodes.begin(), nodes.end());
        std::vector<NodeLog> last(nodes.size());
        for (std::size_t n = 0; n < nodes.size(); ++n) {
            NodeLog& log = last[n];
            log.node = nodes[n];
            log.run = uuid();
            log.started = kStartOfDay - minutes{below(20'000)};
            log.system.boot_time = static_cast<std::uint64_t>(
                std::chrono::duration_cast<seconds>((log.started - minutes{2}).time_since_epoch()).count());
            log.state = NodeState::online;
            log.workers = {
                .routers = 4, .containers = 2, .guests = 1, .proxies = 1, .hostmonitors = 1, .controllers = 1};
        }
        for (int minute = 0; minute < 24 * 60; ++minute) {
            // Busy by day, quiet by night: a parabola in whole numbers, with its top at noon.
            const auto at = static_cast<std::uint64_t>(minute);
            const std::uint64_t busy = 10 + at * (1440 - at) / 10'000;
            for (NodeLog& log : last) {
                log.timestamp = kStartOfDay + minutes{minute};
                log.keep_until = log.timestamp + std::chrono::hours{6};
                log.sent = log.timestamp + milliseconds{1 + below(20)};
                ++log.sequence;
                measure(log, busy + below(5));
                out_.node_logs.push_back(log);
            }
        }
    }

    std::mt19937_64 random_{20260314};
    Generated out_;
};

}  // namespace

Generated generate() {
    return Generator{}.run();
}

}  // namespace router
