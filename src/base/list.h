// Intrusive doubly linked lists: the links live in the element (`next`, `prev`), so linking never
// allocates. An element is in at most one list; an unlinked element has null links.
#pragma once

namespace ox {

// A list that grows at its front alone, of one word.
template <typename T>
struct FrontList {
  T* first = nullptr;

  bool empty() const { return first == nullptr; }

  void push_front(T* item) {
    item->prev = nullptr;
    item->next = first;
    if (first) first->prev = item;
    first = item;
  }

  void remove(T* item) {
    (item->prev ? item->prev->next : first) = item->next;
    if (item->next) item->next->prev = item->prev;
    item->next = item->prev = nullptr;
  }

  T* pop_front() {
    T* item = first;
    if (item) remove(item);
    return item;
  }
};

// A list with two ends: first == nullptr <=> last == nullptr; first->prev == last->next == nullptr.
template <typename T>
struct List {
  T* first = nullptr;
  T* last = nullptr;

  bool empty() const { return first == nullptr; }

  void push_back(T* item) {
    item->next = nullptr;
    item->prev = last;
    (last ? last->next : first) = item;
    last = item;
  }

  void remove(T* item) {
    (item->prev ? item->prev->next : first) = item->next;
    (item->next ? item->next->prev : last) = item->prev;
    item->next = item->prev = nullptr;
  }

  // Takes the first element out and puts `item` at the end. The list is not empty.
  T* rotate(T* item) {
    T* taken = first;
    last->next = item;  // of a single element, too: so its `next` is `item`
    item->prev = last;
    item->next = nullptr;
    last = item;
    first = taken->next;
    first->prev = nullptr;
    taken->next = nullptr;
    return taken;
  }

  T* pop_front() {
    T* item = first;
    if (item) remove(item);
    return item;
  }
};

}  // namespace ox
