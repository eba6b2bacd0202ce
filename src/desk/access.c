#include "desk/access.h"

const struct view *view_node(void)
{
	static const struct view node = { .account = "node", .function = "node", .token = TOKEN_READ | TOKEN_ISSUE | TOKEN_ADMIN,
		.roles = ROLE_ALL, .everything = true };
	return &node;
}

bool access_node(const struct view *v)
{
	return v->everything && strcmp(v->account, view_node()->account) == 0;
}

/* One row a right: its name, and who has it. */
static const struct {
	const char *name;
	unsigned roles;
} rights[RIGHT_COUNT] = {
	[RIGHT_NONE] = { "none", ROLE_ALL },
	[RIGHT_READ] = { "read", ROLE_ANALYST | ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON | ROLE_INSPECTOR | ROLE_PROTECTION },
	[RIGHT_EXPORT] = { "export", ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON | ROLE_INSPECTOR },
	[RIGHT_DRAFT] = { "draft", ROLE_ANALYST | ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON },
	[RIGHT_DETERMINE] = { "determine", ROLE_ANALYST | ROLE_RELEASER | ROLE_DUTY },
	[RIGHT_WAIVE] = { "waive", ROLE_RELEASER },
	[RIGHT_RELEASE] = { "release", ROLE_RELEASER | ROLE_DUTY },
	[RIGHT_RELEASE_IMMINENT] = { "release-imminent", ROLE_DUTY | ROLE_RELEASER },
	[RIGHT_REVIEW] = { "review", ROLE_RELEASER },
	[RIGHT_RESPOND] = { "respond", ROLE_ANALYST | ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON },
	[RIGHT_RETRACT] = { "retract", ROLE_RELEASER | ROLE_DUTY },
	[RIGHT_CLOSE] = { "close", ROLE_RELEASER | ROLE_DUTY },
	[RIGHT_RECORD] = { "record", ROLE_ANALYST | ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON },
	[RIGHT_SHARE] = { "share", ROLE_RELEASER | ROLE_DUTY },
	[RIGHT_CLOCK] = { "clock", ROLE_ANALYST | ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON | ROLE_ADMIN },
	[RIGHT_PARTNERS] = { "partners", ROLE_ALL },
	[RIGHT_PARTNER] = { "partner", ROLE_LIAISON | ROLE_ADMIN },
	[RIGHT_FORGET_PROPOSE] = { "forget-propose", ROLE_PROTECTION },
	[RIGHT_FORGET_AGREE] = { "forget-agree", ROLE_PROTECTION | ROLE_RELEASER },
	[RIGHT_HOLD] = { "hold", ROLE_PROTECTION },
	[RIGHT_REQUEST] = { "request", ROLE_ANALYST | ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON },
	[RIGHT_LEAD] = { "lead", ROLE_ANALYST | ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON },
	[RIGHT_DOOR] = { "door", ROLE_LIAISON | ROLE_RELEASER | ROLE_DUTY },
	[RIGHT_DOOR_READ] = { "door-read", ROLE_LIAISON | ROLE_RELEASER | ROLE_DUTY | ROLE_INSPECTOR },
	[RIGHT_DOOR_RULES] = { "door-rules", ROLE_PROTECTION },
	[RIGHT_PROTECTED] = { "protected", ROLE_PROTECTION },
	[RIGHT_CORRECT] = { "correct", ROLE_PROTECTION },
	[RIGHT_CORRECT_AGREE] = { "correct-agree", ROLE_PROTECTION | ROLE_RELEASER },
	[RIGHT_CORRECT_READ] = { "correct-read", ROLE_PROTECTION | ROLE_RELEASER | ROLE_INSPECTOR },
	[RIGHT_EXPOSURE] = { "exposure", ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON | ROLE_INSPECTOR },
	[RIGHT_BUDGET] = { "budget", ROLE_RELEASER },
	[RIGHT_STRANGER] = { "stranger", ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON },
	[RIGHT_BROKER] = { "broker", ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON },
	[RIGHT_AUDIT] = { "audit", ROLE_INSPECTOR | ROLE_PROTECTION },
	[RIGHT_ADMIN] = { "admin", ROLE_ADMIN },
};

const char *right_name(enum right r)
{
	return rights[r].name;
}

unsigned right_roles(enum right r)
{
	return rights[r].roles;
}
