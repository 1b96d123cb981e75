// Generated tables in a store: keys, unique and ordered indexes and codecs are those of the schema.
#include <doctest/doctest.h>

#include <cambium/cambium.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/json.hpp>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "packages_tables.hpp"
#include "sessions_tables.hpp"
#include "temporary_directory.hpp"

namespace {

class StoreFile {
public:
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    cambium::test::TemporaryDirectory directory_;
    std::string path_ = directory_.file("tables.cambium");
};

catalog::Package package(std::string name, std::optional<std::string> section, std::optional<std::uint64_t> size) {
    return {.name = std::move(name),
            .version = "1.0-1",
            .architecture = "amd64",
            .section = std::move(section),
            .maintainer = "Nobody <nobody@example.org>",
            .source = "source",
            .multi_arch = catalog::MultiArch::same,
            .installed_size = size,
            .md5sum = cambium::FixedBytes<16>{1, 2, 3},
            .description = "a package",
            .tags = {"role::program"},
            .depends = {"libc6 (>= 2.34)", "a | b"},
            .other_fields = {{.name = "Ruby-Versions", .value = "all"}}};
}

TEST_CASE_TEMPLATE("packages in every codec", Codec, cambium::FlatBuffers, cambium::Json, cambium::Cbor) {
    using Packages = catalog::PackagesAs<Codec>;
    using Dependencies = catalog::DependenciesAs<Codec>;
    const StoreFile file;
    const std::vector<catalog::Package> packages = {package("bash", "shells", 7000), package("dash", "shells", 200),
                                                    package("fish", std::nullopt, std::nullopt)};
    {
        auto database = cambium::Database::open<Packages, Dependencies>(file.path());
        database.write([&](cambium::WriteTransaction& txn) {
            cambium::Writer<Packages> writer{txn};
            for (const catalog::Package& one : packages) writer.insert(one);
            cambium::Writer<Dependencies> edges{txn};
            for (std::uint32_t position = 0; position < 3; ++position)
                edges.insert({.target = position == 2 ? "libc6-dev" : "libc6",
                              .kind = catalog::DependencyKind::depends,
                              .depender = "bash",
                              .depender_version = "1.0-1",
                              .depender_architecture = "amd64",
                              .position = position});
        });
    }
    auto database = cambium::Database::open<Packages, Dependencies>(file.path());
    database.read([&](cambium::ReadTransaction& txn) {
        cambium::Reader<Packages> reader{txn};
        CHECK(reader.get("dash", "1.0-1", "amd64") == packages[1]);
        CHECK(reader.all().collect() == packages);
        const auto shells = reader.template by<"by_section">().equal("shells").collect();
        REQUIRE(shells.size() == 2);
        CHECK(shells[0].name == "dash");
        CHECK(reader.template by<"by_section">().equal(std::nullopt).count() == 1);
        CHECK(reader.template by<"by_source">().equal("source").count() == 3);
        cambium::Reader<Dependencies> edges{txn};
        CHECK(edges.equal("libc6").count() == 2);
        CHECK(edges.template by<"by_depender">().equal("bash").count() == 3);
    });
}

TEST_CASE("sessions and cookies: keyed by UUID, one codec each") {
    const StoreFile file;
    const router::Cookie cookie{
        .id = {{1}}, .created = cambium::Timestamp{std::chrono::seconds{5}}, .name = "n", .value = "v"};
    auto database = cambium::Database::open<router::Sessions, router::Cookies>(file.path());
    database.write([&](cambium::WriteTransaction& txn) {
        cambium::Writer<router::Sessions> sessions{txn};
        for (std::uint8_t i = 1; i <= 4; ++i)
            sessions.insert({.id = {{i}},
                             .realm = {{9}},
                             .session = i % 2U,
                             .joined_at = cambium::Timestamp{std::chrono::hours{-i}}});
        cambium::Writer<router::Cookies> cookies{txn};
        cookies.insert(cookie);
        CHECK_THROWS_AS(cookies.insert({.id = {{2}}, .name = "other", .value = "v"}), cambium::Error);
    });
    database.read([&](cambium::ReadTransaction& txn) {
        const auto odd = cambium::Reader<router::Sessions>{txn}.by<"by_session">().equal(1U).collect();
        REQUIRE(odd.size() == 2);
        CHECK(odd[0].id == cambium::Uuid{{3}});
        CHECK(cambium::Reader<router::Cookies>{txn}.by<"value">().get("v") == cookie);
    });
}

}  // namespace
