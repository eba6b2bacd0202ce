#include "net/tasks.h"

#include "base/banned.h"

#define FIRST_ROOM 16

void tasks_free(struct tasks *t)
{
	free(t->heap);
	*t = (struct tasks){ 0 };
}

static bool before(const struct task *a, const struct task *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

bool tasks_add(struct tasks *t, int64_t due, tasks_run *run, void *arg)
{
	if (t->n == t->room) {
		size_t room = t->room > 0 ? t->room * 2 : FIRST_ROOM;
		struct task *heap = room <= TASKS_MAX ? realloc(t->heap, room * sizeof *heap) : NULL;
		if (heap == NULL)
			return false;
		t->heap = heap;
		t->room = room;
	}
	struct task new = { .due = due, .order = t->order++, .run = run, .arg = arg };
	size_t i = t->n++;
	for (; i > 0 && before(&new, &t->heap[(i - 1) / 2]); i = (i - 1) / 2)
		t->heap[i] = t->heap[(i - 1) / 2];
	t->heap[i] = new;
	return true;
}

bool tasks_take(struct tasks *t, int64_t now, struct task *out)
{
	if (t->n == 0 || t->heap[0].due > now)
		return false;
	*out = t->heap[0];
	struct task last = t->heap[--t->n];
	size_t i = 0;
	for (size_t child; (child = 2 * i + 1) < t->n; i = child) {
		if (child + 1 < t->n && before(&t->heap[child + 1], &t->heap[child]))
			child++;
		if (!before(&t->heap[child], &last))
			break;
		t->heap[i] = t->heap[child];
	}
	if (t->n > 0)
		t->heap[i] = last;
	return true;
}

int64_t tasks_next(const struct tasks *t)
{
	return t->n > 0 ? t->heap[0].due : INT64_MAX;
}
