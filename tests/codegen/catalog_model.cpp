// The tables of schemas/packages.fbs and sessions.fbs behave as maps.
#include "generated_model.hpp"
#include "packages_tables.hpp"
#include "sessions_tables.hpp"

TEST_CASE_TEMPLATE("tables of packages behave as maps", T, catalog::Packages, catalog::Dependencies) {
    cambium::test::run_model<T>();
}
TEST_CASE_TEMPLATE("tables of sessions behave as maps", T, router::Sessions, router::Cookies) {
    cambium::test::run_model<T>();
}
