/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys that buttons, remote controls, headsets and speakerphones have, by the kernel's names.
 */
#include "daemon/button.h"

#include <errno.h>
#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <string.h>

struct key {
    const char *name;
    int code;
};

#define KEY(name)                                                                                  \
    {                                                                                              \
#name, name                                                                                \
    }

static const struct key keys[] = {
    KEY(KEY_ESC),
    KEY(KEY_1),
    KEY(KEY_2),
    KEY(KEY_3),
    KEY(KEY_4),
    KEY(KEY_5),
    KEY(KEY_6),
    KEY(KEY_7),
    KEY(KEY_8),
    KEY(KEY_9),
    KEY(KEY_0),
    KEY(KEY_BACKSPACE),
    KEY(KEY_TAB),
    KEY(KEY_A),
    KEY(KEY_B),
    KEY(KEY_C),
    KEY(KEY_D),
    KEY(KEY_E),
    KEY(KEY_F),
    KEY(KEY_G),
    KEY(KEY_H),
    KEY(KEY_I),
    KEY(KEY_J),
    KEY(KEY_K),
    KEY(KEY_L),
    KEY(KEY_M),
    KEY(KEY_N),
    KEY(KEY_O),
    KEY(KEY_P),
    KEY(KEY_Q),
    KEY(KEY_R),
    KEY(KEY_S),
    KEY(KEY_T),
    KEY(KEY_U),
    KEY(KEY_V),
    KEY(KEY_W),
    KEY(KEY_X),
    KEY(KEY_Y),
    KEY(KEY_Z),
    KEY(KEY_ENTER),
    KEY(KEY_SPACE),
    KEY(KEY_LEFTCTRL),
    KEY(KEY_RIGHTCTRL),
    KEY(KEY_LEFTSHIFT),
    KEY(KEY_RIGHTSHIFT),
    KEY(KEY_LEFTALT),
    KEY(KEY_RIGHTALT),
    KEY(KEY_F1),
    KEY(KEY_F2),
    KEY(KEY_F3),
    KEY(KEY_F4),
    KEY(KEY_F5),
    KEY(KEY_F6),
    KEY(KEY_F7),
    KEY(KEY_F8),
    KEY(KEY_F9),
    KEY(KEY_F10),
    KEY(KEY_F11),
    KEY(KEY_F12),
    KEY(KEY_F13),
    KEY(KEY_F14),
    KEY(KEY_F15),
    KEY(KEY_F16),
    KEY(KEY_F17),
    KEY(KEY_F18),
    KEY(KEY_F19),
    KEY(KEY_F20),
    KEY(KEY_F21),
    KEY(KEY_F22),
    KEY(KEY_F23),
    KEY(KEY_F24),
    KEY(KEY_KPENTER),
    KEY(KEY_HOME),
    KEY(KEY_END),
    KEY(KEY_UP),
    KEY(KEY_DOWN),
    KEY(KEY_LEFT),
    KEY(KEY_RIGHT),
    KEY(KEY_PAGEUP),
    KEY(KEY_PAGEDOWN),
    KEY(KEY_INSERT),
    KEY(KEY_DELETE),
    KEY(KEY_MUTE),
    KEY(KEY_VOLUMEDOWN),
    KEY(KEY_VOLUMEUP),
    KEY(KEY_POWER),
    KEY(KEY_SLEEP),
    KEY(KEY_WAKEUP),
    KEY(KEY_HELP),
    KEY(KEY_MENU),
    KEY(KEY_BACK),
    KEY(KEY_STOP),
    KEY(KEY_PLAY),
    KEY(KEY_PLAYPAUSE),
    KEY(KEY_STOPCD),
    KEY(KEY_NEXTSONG),
    KEY(KEY_PREVIOUSSONG),
    KEY(KEY_RECORD),
    KEY(KEY_PHONE),
    KEY(KEY_HOMEPAGE),
    KEY(KEY_SEARCH),
    KEY(KEY_MEDIA),
    KEY(KEY_MICMUTE),
    KEY(KEY_OK),
    KEY(KEY_SELECT),
    KEY(KEY_CANCEL),
    KEY(KEY_PROG1),
    KEY(KEY_PROG2),
    KEY(KEY_PROG3),
    KEY(KEY_PROG4),
    KEY(KEY_ATTENDANT_ON),
    KEY(KEY_VOICECOMMAND),
    KEY(KEY_ASSISTANT),
    KEY(BTN_0),
    KEY(BTN_1),
    KEY(BTN_2),
    KEY(BTN_3),
    KEY(BTN_LEFT),
    KEY(BTN_RIGHT),
    KEY(BTN_MIDDLE),
    KEY(BTN_SIDE),
    KEY(BTN_TRIGGER),
    KEY(BTN_THUMB),
    KEY(BTN_A),
    KEY(BTN_B),
    KEY(BTN_X),
    KEY(BTN_Y),
    KEY(BTN_SELECT),
    KEY(BTN_START),
};

int button_key_code(const char *name)
{
    char *end;
    long number = strtol(name, &end, 10);

    if (end > name && *end == '\0')
        return number > 0 && number < KEY_CNT ? (int)number : -EINVAL;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i].name, name) == 0)
            return keys[i].code;
    }
    return -EINVAL;
}
