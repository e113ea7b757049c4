// What services want and what their units do: docs/tide.md, sentence by sentence, by hand. One
// character per tick or a few words say why; `story()` is what the core does.

#include "sim/core/services.h"

#include <gtest/gtest.h>

#include "tests/core/tide_story.h"

namespace tidepool::core {
namespace {

// Two units are there when the run begins; the third is wanted at 10 and takes 5 ticks to start.
TEST(Units, OfTickZeroAreReadyAtOnceAndOthersStartCold) {
    Tide t(1, 8, 20);
    t.service(3, 2, 5);
    t.look(0, 2);
    t.look(10, 3);
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 0 start u1, 0 ready u1, 10 start u2, 15 ready u2");
}

// Of its 30 ticks it is cold for 5 (restart); it serves in the others.
TEST(Units, CountTheirColdStartAsRestart) {
    Tide t(1, 8, 40);
    t.service(1, 2, 5);
    t.look(0, 0);
    t.look(10, 1);
    const auto happenings = properties::core_chronicle(t).happenings;
    EXPECT_EQ(happenings.back().kind, Kind::kStopped);
    EXPECT_EQ(happenings.back().restart, 5U * 2);
    EXPECT_EQ(happenings.back().work, 25U * kFullSpeed);
}

// Interrupted at 20, noticed at 23; cold until 28. What it has served is not lost.
TEST(Units, StartColdAgainAfterAnInterruption) {
    Tide t(1, 8, 40);
    t.service(1, 2, 5);
    t.recovery[0] = {OnFailure::kSpare, 3, 0, 0, 0};
    t.look(0, 1);
    t.interruption(20, 0);
    EXPECT_EQ(t.story(), "0 start u0, 0 ready u0, 20 interrupted u0, 23 recovers u0, 28 ready u0");
}

// The same without a cold start: ready as soon as it recovers.
TEST(Units, WithoutAColdStartAreReadyWhenTheyRecover) {
    Tide t(1, 8, 40);
    t.service(1, 2);
    t.recovery[0] = {OnFailure::kSpare, 3, 0, 0, 0};
    t.look(0, 1);
    t.interruption(20, 0);
    EXPECT_EQ(t.story(), "0 start u0, 0 ready u0, 20 interrupted u0, 23 recovers u0, 23 ready u0");
}

TEST(Units, ThatWereReadyDrainBeforeTheyLeave) {
    Tide t(1, 8, 40);
    t.service(2, 2).drain = 4;
    t.look(0, 2);
    t.look(10, 1);
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 0 start u1, 0 ready u1, 10 closing u1, 14 end u1");
}

TEST(Units, ThatWereNotReadyLeaveAtOnce) {
    Tide t(1, 8, 40);
    t.service(2, 2, 5).drain = 4;
    t.look(0, 1);
    t.look(10, 2);
    t.look(12, 1);
    EXPECT_EQ(t.story(), "0 start u0, 0 ready u0, 10 start u1, 12 closing u1, 12 end u1");
}

// u1 closes until 16; at 13 two units are wanted again.
TEST(Units, ThatCloseStayIfTheyAreWantedAgain) {
    Tide t(1, 8, 40);
    t.service(3, 2, 5).drain = 6;
    t.look(0, 2);
    t.look(10, 1);
    t.look(13, 2);
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 0 start u1, 0 ready u1, 10 closing u1, 13 reopened u1, "
              "13 ready u1");
}

TEST(Units, ThatCloseDoNotRecover) {
    Tide t(1, 8, 40);
    t.service(1, 2).drain = 10;
    t.recovery[0] = {OnFailure::kSpare, 3, 0, 0, 0};
    t.look(0, 1);
    t.look(10, 0);
    t.interruption(12, 0);
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 10 closing u0, 12 interrupted u0, 12 requeued u0");
}

// Two of three fit. At 10 the one that waits leaves the queue; at 20 the highest one closes.
TEST(Units, ThatWaitAreGivenUpFirst) {
    Tide t(1, 4, 40);
    t.service(3, 2);
    t.look(0, 3);
    t.look(10, 2);
    t.look(20, 1);
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 0 start u1, 0 ready u1, 20 closing u1, 20 end u1");
}

// At 12 the unit is wanted again, but it has just been interrupted: it cannot stay, and there is no
// other one. The service looks again at 16.
TEST(Units, ThatAreInterruptedWhileTheyCloseComeBackOnlyAtTheNextLook) {
    Tide t(1, 8, 40);
    t.service(1, 2).drain = 10;
    t.look(0, 1);
    t.look(10, 0);
    t.look(12, 1);
    t.look(16, 1);
    t.interruption(12, 0);
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 10 closing u0, 12 interrupted u0, 12 requeued u0, "
              "16 start u0, 16 ready u0");
}

// Tick 0 is no change, so it grows at 5; then not before 15, ten ticks later. It shrinks twelve
// ticks after that.
TEST(Wish, ChangesWhenTheLastChangeIsLongAgo) {
    Tide t(1, 8, 60);
    Service& s = t.service(4, 2);
    s.grow_after = 10;
    s.shrink_after = 12;
    t.look(0, 1);
    t.look(5, 2);
    t.look(10, 3);
    t.look(15, 3);
    t.look(20, 1);
    t.look(25, 1);
    t.look(27, 1);
    EXPECT_EQ(t.wants(), "0 wants 1, 5 wants 2, 15 wants 3, 27 wants 1");
}

TEST(Wish, IsCutToTheUnitsOfTheService) {
    Tide t(1, 8, 60);
    t.service(3, 2).least = 2;
    t.look(0, 0);
    t.look(5, 4'000'000'000U);
    EXPECT_EQ(t.wants(), "0 wants 2, 5 wants 3");
}

// Load 1.5, one unit: half a unit-tick more every tick. 10 at tick 20: one unit for 10 ticks works
// them off. 10.5 at tick 21, for which it takes two.
TEST(Wish, HoldsUnitsForTheBacklog) {
    Tide t(1, 8, 60);
    t.service(4, 1, 30).clear = 10;
    t.look(0, 1, 0, kUnitLoad * 3 / 2);
    t.look(20, 1, 0, kUnitLoad * 3 / 2);
    t.look(21, 1, 0, kUnitLoad * 3 / 2);
    EXPECT_EQ(t.wants(), "0 wants 1, 20 wants 2, 21 wants 3");
}

// 10 unit-ticks at tick 20, as above. Without load one unit works off one every tick: none at 30,
// and not less than none at 50. One unit-tick is back at 52.
TEST(Wish, ForgetsABacklogThatIsWorkedOff) {
    Tide t(1, 1, 60);  // room for one unit
    t.service(4, 1).clear = 10;
    t.look(0, 1, 0, kUnitLoad * 3 / 2);
    t.look(20, 1, 0, 0);
    t.look(29, 1, 0, 0);
    t.look(30, 1, 0, 0);
    t.look(50, 1, 0, kUnitLoad * 3 / 2);
    t.look(52, 1, 0, 0);
    EXPECT_EQ(t.wants(), "0 wants 1, 20 wants 2, 30 wants 1, 52 wants 2");
}

// At 12 the load changes, and nobody looks: u0, which was given up at 10, is not replaced
// before 16.
TEST(Wish, IsLeftAloneBetweenLooks) {
    Tide t(1, 8, 40);
    t.service(1, 2).drain = 10;
    t.look(0, 1);
    t.look(10, 0);
    t.look(12, 1);
    t.look(14, kNone, 0, kUnitLoad);
    t.look(16, 1);
    t.interruption(12, 0);
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 10 closing u0, 12 interrupted u0, 12 requeued u0, "
              "16 start u0, 16 ready u0");
}

}  // namespace
}  // namespace tidepool::core
