#include "base/list.h"

#include <gtest/gtest.h>

#include <vector>

namespace ox {
namespace {

struct Item {
  Item* next = nullptr;
  Item* prev = nullptr;
};

// Forwards, after having checked that it is the same backwards.
std::vector<const Item*> content(const List<Item>& list) {
  std::vector<const Item*> forwards, backwards;
  for (const Item* item = list.first; item; item = item->next) forwards.push_back(item);
  for (const Item* item = list.last; item; item = item->prev)
    backwards.insert(backwards.begin(), item);
  EXPECT_EQ(forwards, backwards);
  EXPECT_EQ(list.empty(), forwards.empty());
  return forwards;
}

using Items = std::vector<const Item*>;

TEST(List, StartsEmpty) {
  List<Item> list;
  EXPECT_EQ(content(list), Items{});
  EXPECT_EQ(list.pop_front(), nullptr);
}

TEST(List, PushesAtTheEnd) {
  List<Item> list;
  Item a, b, c;
  for (Item* item : {&a, &b, &c}) list.push_back(item);
  EXPECT_EQ(content(list), (Items{&a, &b, &c}));
}

TEST(List, Rotates) {
  List<Item> list;
  Item a, b, c;
  list.push_back(&a);
  EXPECT_EQ(list.rotate(&b), &a);
  EXPECT_EQ(content(list), Items{&b});
  list.push_back(&c);
  EXPECT_EQ(list.rotate(&a), &b);
  EXPECT_EQ(content(list), (Items{&c, &a}));
  EXPECT_EQ(b.next, nullptr);
}

TEST(List, PushBackIntoAnEmptyList) {
  List<Item> list;
  Item a;
  list.push_back(&a);
  EXPECT_EQ(content(list), Items{&a});
}

TEST(List, RemovesFirstMiddleLastAndOnly) {
  for (size_t victim = 0; victim < 3; ++victim) {
    List<Item> list;
    Item items[3];
    Items expected;
    for (Item& item : items) {
      list.push_back(&item);
      expected.push_back(&item);
    }
    list.remove(&items[victim]);
    expected.erase(expected.begin() + static_cast<long>(victim));
    EXPECT_EQ(content(list), expected);
    EXPECT_EQ(items[victim].next, nullptr);
    EXPECT_EQ(items[victim].prev, nullptr);
  }
  List<Item> list;
  Item only;
  list.push_back(&only);
  list.remove(&only);
  EXPECT_EQ(content(list), Items{});
}

TEST(List, PopsInOrder) {
  List<Item> list;
  Item a, b;
  list.push_back(&a);
  list.push_back(&b);
  EXPECT_EQ(list.pop_front(), &a);
  EXPECT_EQ(list.pop_front(), &b);
  EXPECT_EQ(list.pop_front(), nullptr);
}

TEST(FrontList, PushesAndPopsAtTheFront) {
  FrontList<Item> list;
  EXPECT_EQ(list.pop_front(), nullptr);
  Item a, b;
  list.push_front(&a);
  list.push_front(&b);
  EXPECT_EQ(a.prev, &b);
  EXPECT_EQ(list.pop_front(), &b);
  EXPECT_EQ(list.pop_front(), &a);
  EXPECT_TRUE(list.empty());
}

TEST(FrontList, RemovesFirstMiddleAndLast) {
  for (size_t victim = 0; victim < 3; ++victim) {
    FrontList<Item> list;
    Item items[3];
    for (Item& item : items) list.push_front(&item);
    list.remove(&items[victim]);
    const Item* before = nullptr;
    size_t count = 0;
    for (const Item* item = list.first; item; before = item, item = item->next, ++count) {
      EXPECT_EQ(item->prev, before);
      EXPECT_NE(item, &items[victim]);
    }
    EXPECT_EQ(count, 2u);
    EXPECT_EQ(items[victim].next, nullptr);
  }
}

}  // namespace
}  // namespace ox
