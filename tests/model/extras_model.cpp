// Random transactions on a table that makes its keys, whose records end, and that logs its changes, against a map,
// a number and a clock that the test moves.
//
// Each round is one transaction of random writes, committed or rolled back, with violations of constraints among
// them; then every read path is compared with the map of what has not expired. The log, read from where it was
// left, is applied to a second map, and so is what a subscription has heard: both must come out as the table. Now
// and then the file is reopened. After some hundred rounds everything begins anew with the next seed, as the keys
// made would become so many that few calls meet a record.
//
// CAMBIUM_SEED repeats a run; CAMBIUM_OPERATIONS changes its length.
#include <algorithm>
#include <map>
#include <optional>
#include <random>

#include "cambium/change_log.hpp"
#include "cambium/subscription.hpp"
#include "operations.hpp"
#include "seed.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Job {
    std::uint64_t id{};
    std::string name{};
    std::uint32_t group{};
    std::optional<Timestamp> ends{};
    friend bool operator==(const Job&, const Job&) = default;
};
struct Jobs : Table<"jobs", Job, PrimaryKey<&Job::id>, AutoIncrement, Cbor, Unique<"name", &Job::name>,
                    OrderedIndex<"group", &Job::group>, ExpiresAt<&Job::ends>, ChangeLog<>> {};

std::int64_t second = 0;
Timestamp clock() noexcept {
    return Timestamp{std::chrono::seconds{second}};
}

using Map = std::map<std::uint64_t, Job>;

bool live(const Job& job) {
    return !job.ends || *job.ends > clock();
}

std::vector<Job> living(const Map& map) {
    std::vector<Job> jobs;
    for (const auto& [id, job] : map) {
        if (live(job)) jobs.push_back(job);
    }
    return jobs;
}

/// What the table should hold, and the largest number so far.
struct Model {
    Map jobs;
    std::uint64_t count = 0;

    void forget() {
        std::erase_if(jobs, [](const auto& entry) { return !live(entry.second); });
    }
    void store(const Job& job) {
        count = std::max(count, job.id);
        jobs.erase(job.id);
        if (live(job)) jobs[job.id] = job;
    }
    [[nodiscard]] bool taken(const Job& job) const {
        return std::any_of(jobs.begin(), jobs.end(), [&](const auto& entry) {
            return entry.first != job.id && entry.second.name == job.name;
        });
    }
};

void apply(Map& map, const TableChange<Jobs>& change) {
    switch (change.operation) {
        case Operation::inserted:
            REQUIRE_FALSE(map.contains(*change.key));
            map[*change.key] = *change.after;
            return;
        case Operation::updated:
            REQUIRE(map.at(*change.key) == *change.before);
            map[*change.key] = *change.after;
            return;
        case Operation::erased:
        case Operation::expired:
            REQUIRE(map.at(*change.key) == *change.before);
            map.erase(*change.key);
            return;
        case Operation::truncated:
            map.clear();
            return;
        case Operation::missed:
            FAIL("nothing may be missed");
    }
}

class Run {
public:
    explicit Run(std::uint64_t seed) : random_(seed) { open(); }

    void round() {
        second += static_cast<std::int64_t>(below(4));
        model_.forget();
        Model changed = model_;
        const bool keep = below(5) != 0;
        db_->write([&](WriteTransaction& txn) {
            Writer<Jobs> jobs{txn};
            for (std::uint64_t writes = below(12); writes > 0; --writes) write(jobs, changed);
            REQUIRE(jobs.count() == changed.jobs.size());
            if (!keep) txn.abort();
        });
        if (keep) model_ = std::move(changed);
        compare();
        if (below(15) == 0) {
            heard_.reset();
            db_.reset();
            open();
        }
    }

    [[nodiscard]] std::uint64_t operations() const noexcept { return operations_; }

    void finish() {
        db_->write([](WriteTransaction& txn) { static_cast<void>(Writer<Jobs>{txn}.erase_expired()); });
        compare();
        REQUIRE(logged_ == model_.jobs);
    }

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    void open() {
        db_.emplace(Database::open<Jobs>(store_.path()));
        db_->set_clock(&clock);
        heard_.emplace(*db_, SubscriptionOptions{.capacity = 1'000'000});
    }

    Job job(std::uint64_t id) {
        Job made{id, std::to_string(below(40)), static_cast<std::uint32_t>(below(4)), std::nullopt};
        if (below(4) != 0)
            made.ends = Timestamp{std::chrono::seconds{second + static_cast<std::int64_t>(below(20)) - 2}};
        return made;
    }

    void insert(Writer<Jobs>& jobs, Model& model, Job job) {
        const std::uint64_t expected = job.id == 0 ? model.count + 1 : job.id;
        const bool refused = model.jobs.contains(expected) || model.taken(job);
        std::uint64_t id = 0;
        const Caught error = caught([&] { id = jobs.insert(job); });
        REQUIRE(error.code.has_value() == refused);
        if (refused) return;
        REQUIRE(id == expected);
        job.id = id;
        model.store(job);
    }

    void upsert(Writer<Jobs>& jobs, Model& model, const Job& job) {
        const bool refused = model.taken(job);
        REQUIRE(caught([&] { jobs.upsert(job); }).code.has_value() == refused);
        if (!refused) model.store(job);
    }

    void update(Writer<Jobs>& jobs, Model& model, Job job) {
        const auto present = model.jobs.find(job.id);
        const bool there = present != model.jobs.end();
        const bool refused = there && model.taken(job);
        if (there) job.group = present->second.group;
        bool done = false;
        const Caught error = caught([&] {
            done = jobs.update(job.id, [&](Job& stored) {
                stored.name = job.name;
                stored.ends = job.ends;
            });
        });
        REQUIRE(error.code.has_value() == refused);
        REQUIRE(done == (there && !refused));
        if (done) model.store(job);
    }

    void write(Writer<Jobs>& jobs, Model& model) {
        ++operations_;
        const std::uint64_t id = 1 + below(model.count + 3);
        switch (below(12)) {
            case 0:
            case 1:
            case 2:
                return insert(jobs, model, job(0));
            case 3:
                return insert(jobs, model, job(id));
            case 4:
            case 5:
                return upsert(jobs, model, job(id));
            case 6:
            case 7:
                return update(jobs, model, job(id));
            case 8:
                REQUIRE(caught([&] { jobs.upsert(job(0)); }).code == ErrorCode::invalid_argument);
                return;
            case 9:
                static_cast<void>(jobs.erase_expired(below(3)));
                return;
            default:
                if (below(40) == 0) {
                    jobs.truncate();
                    model.jobs.clear();
                } else {
                    REQUIRE(jobs.erase(id) == (model.jobs.erase(id) == 1));
                }
        }
    }

    void compare() {
        const std::vector<Job> expected = living(model_.jobs);
        db_->read([&](ReadTransaction& txn) {
            const Reader<Jobs> jobs{txn};
            REQUIRE(jobs.all().collect() == expected);
            REQUIRE(jobs.count() == expected.size());
            REQUIRE(jobs.by<"group">().count() == expected.size());
            REQUIRE(jobs.by<"name">().all().keys().collect().size() == expected.size());
            std::uint64_t in_groups = 0;
            for (std::uint32_t group = 0; group < 4; ++group) in_groups += jobs.by<"group">().equal(group).count();
            REQUIRE(in_groups == expected.size());
            for (const Job& job : expected) {
                REQUIRE(jobs.get(job.id) == job);
                REQUIRE(jobs.by<"name">().get(job.name) == job);
            }
            const auto page = ChangeLogReader<Jobs>{txn}.read(position_, 100'000);
            REQUIRE(page.missed == 0);
            for (const TableChange<Jobs>& change : page.changes) apply(logged_, change);
            position_ = page.next;
        });
        while (const auto change = heard_->next()) apply(heard_jobs_, *change);
        REQUIRE(living(logged_) == expected);
        REQUIRE(heard_jobs_ == logged_);
    }

    const StorePath store_;
    std::mt19937_64 random_;
    Model model_;
    std::uint64_t operations_ = 0;
    std::uint64_t position_ = 1;
    Map logged_;
    Map heard_jobs_;
    std::optional<Database> db_;
    std::optional<Subscription<Jobs>> heard_;
};

/// Rounds until everything begins anew.
constexpr int kRounds = 600;

}  // namespace

TEST_CASE("made keys, ends and logged changes are those of a map") {
    Operations operations{kExtrasModel};
    std::uint64_t done = 0;
    for (std::uint64_t next = seed(); done < operations.part_of(1); ++next) {
        CAPTURE(next);
        second = 0;
        Run run(next);
        for (int round = 0; round < kRounds; ++round) {
            INFO("round " << round);
            run.round();
        }
        run.finish();
        done += run.operations();
    }
    operations.add(done);
    operations.finish();
}

}  // namespace cambium::test
