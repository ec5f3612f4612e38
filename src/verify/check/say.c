// SPDX-License-Identifier: Apache-2.0
// What was measured as sentences for people.
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "verify/check/check.h"

// Blinks a minute: about 4.5 while reading, 17 at rest and 26 in conversation (Bentivoglio
// et al. 1997). What is called unusual lies far outside, all of the interval.
static const double BLINKS_FEW = 2, BLINKS_MANY = 70;
static const double FROZEN = 1.5, LOOPED = 2;   // seconds
static const double UNEVEN = .25;               // jitter

static void add(struct bauta_check *c, enum bauta_check_level level, const char *topic,
                const char *format, ...) BAUTA_PRINTF(4, 5);

static void add(struct bauta_check *c, enum bauta_check_level level, const char *topic,
                const char *format, ...)
{
    va_list list;
    if (c->findings == BT_FINDINGS_MAX)
        return;
    va_start(list, format);
    vsnprintf(c->finding[c->findings].text, BT_FINDING_SIZE, format, list);
    va_end(list);
    c->finding[c->findings].level = level;
    c->finding[c->findings++].topic = topic;
    if (level == BAUTA_CHECK_LIKELY && c->verdict < BAUTA_CHECK_UNUSUAL)
        c->verdict = BAUTA_CHECK_UNUSUAL;
}

// As M:SS. Static, for a few uses in one sentence.
static const char *at(double seconds)
{
    static _Thread_local char text[4][16];
    static _Thread_local int next;
    char *out = text[next++ & 3];
    const int whole = (int)fmin(fmax(seconds, 0), 359999);
    snprintf(out, sizeof text[0], "%d:%02d", whole / 60, whole % 60);
    return out;
}

// Marks ---------------------------------------------------------------------------------

// IPTC's digital source types in plain words.
static const char *source_of(const char *type)
{
    static const char *const types[][2] = {
        {"trainedAlgorithmicMedia", "made by a learned program (AI)"},
        {"compositeWithTrainedAlgorithmicMedia",
         "a recording into which a learned program (AI) put something"},
        {"compositeSynthetic", "a recording into which something computed was put"},
        {"algorithmicMedia", "computed by a program"},
        {"digitalCapture", "recorded by a camera"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!strcmp(type, types[i][0]))
            return types[i][1];
    }
    return type;
}

static void say_manifest(struct bauta_check *c)
{
    const struct bauta_inspection *m = &c->marks;
    char signer[160] = "somebody who gives no name";
    const bool holds = m->manifest == BAUTA_MANIFEST_VALID ||
                       m->manifest == BAUTA_MANIFEST_TRUSTED;
    if (m->signer[0])
        snprintf(signer, sizeof signer, "\"%s\"", m->signer);
    if (m->manifest == BAUTA_MANIFEST_INVALID) {
        c->verdict = BAUTA_CHECK_CHANGED;
        add(c, BAUTA_CHECK_CERTAIN, "signature",
            "The file holds a signed statement of how it was made (C2PA, by %s), and does "
            "not agree with it: %s. Somebody changed the file after it was signed, or put "
            "the statement of another file into it.", signer, m->why);
    }
    if (!holds)
        return;
    // IPTC's digital source types of what a program made have these in their names.
    const bool made = strcasestr(m->source_type, "synthetic") ||
                      strcasestr(m->source_type, "algorithmic");
    if (made)
        c->verdict = BAUTA_CHECK_MADE;
    add(c, made ? BAUTA_CHECK_CERTAIN : BAUTA_CHECK_FACT, "signature",
        "The file holds a signed statement of how it was made, and is unchanged since it "
        "was signed by %s. %s It says: made with %s%s%s. %s", signer,
        m->manifest == BAUTA_MANIFEST_TRUSTED
            ? "A certificate that you named vouches for the signer."
            : "Nobody that you named vouches for the signer: whoever it was could have "
              "chosen this name.",
        m->generator[0] ? m->generator : "a program without a name",
        m->source_type[0] ? "; it is " : "", source_of(m->source_type),
        made ? "So whoever made it says that a program made or changed the pictures."
             : "A signature says who vouches for it, not whether it is true.");
}

static void say_marks(struct bauta_check *c)
{
    const struct bauta_inspection *m = &c->marks;
    double marked = 0, looked = 0;
    say_manifest(c);
    for (int i = 0; i < m->span_count; i++) {
        looked += m->span[i].looked;
        marked += m->span[i].marked ? m->span[i].looked : 0;
    }
    if (m->watermark) {
        c->verdict = BAUTA_CHECK_MADE;
        add(c, BAUTA_CHECK_CERTAIN, "watermark",
            "The pictures carry bauta's hidden watermark%s%s (its strength is %.0f; chance "
            "stays below 6). bauta replaced a face in them, or somebody "
            "wants it to look so; who did it the watermark does not say.",
            m->seconds > 0 && marked < .9 * looked ? ", in a part of the film only" : "",
            m->sessions_differ ? ", of more than one session: it was put together" : "",
            (double)m->z);
    }
    if (m->visible == BAUTA_LABEL_SEEN)
        add(c, m->watermark ? BAUTA_CHECK_CERTAIN : BAUTA_CHECK_LIKELY, "label",
            "The label \"%s\" is drawn into the picture. %s", m->label_text,
            m->watermark ? "Faces that are replaced must be labelled so."
                         : "Faces that are replaced must be labelled so; but anybody can "
                           "draw a label, and bauta's watermark was not found beside it.");
    if (!m->watermark && m->visible != BAUTA_LABEL_SEEN &&
        (m->manifest == BAUTA_MANIFEST_NONE || m->manifest == BAUTA_MANIFEST_SKIPPED))
        add(c, BAUTA_CHECK_FACT, "marks",
            "No mark was found: no signed statement%s, no label, no watermark of bauta's. "
            "This tells little, for most films carry none, and marks can be taken away.",
            m->manifest == BAUTA_MANIFEST_SKIPPED ? " (a stream carries none)" : "");
}

// Pictures ------------------------------------------------------------------------------

static void say_frozen(struct bauta_check *c)
{
    const struct bauta_check_facts *f = &c->facts;
    if (f->frozen_seconds >= FROZEN)
        add(c, BAUTA_CHECK_LIKELY, "still",
            "The picture stands quite still for %.1f seconds from %s on. A photo shown as a "
            "film does that; so do a bad connection, a paused call and a recording of a "
            "screen.", f->frozen_seconds, at(f->frozen_at));
    if (f->loop_seconds >= LOOPED)
        add(c, BAUTA_CHECK_LIKELY, "repeated",
            "The %.1f seconds from %s on are shown again%s from %s on, picture for picture. "
            "A recording that is played over and over does that. In a screen recording or "
            "an edited film it can be meant so.", f->loop_seconds, at(f->loop_at),
            f->loop_backwards ? " backwards" : "", at(f->loop_again));
    if (f->frozen_seconds >= 0 && f->frozen_seconds < FROZEN && f->loop_seconds == 0)
        add(c, BAUTA_CHECK_FACT, "repeated",
            "No stretch stands still or comes again, as far as pictures a tenth of a second "
            "apart tell.");
}

static void say_cadence(struct bauta_check *c)
{
    const struct bauta_check_facts *f = &c->facts;
    if (f->rate <= 0)
        return;
    if (f->gaps > 0 || f->jitter > UNEVEN)
        add(c, BAUTA_CHECK_FACT, "times",
            "Pictures come unevenly, about %.1f a second, with %d gap%s. Calls and phones "
            "do that, and so do programs that cannot keep up.", f->rate, f->gaps,
            f->gaps == 1 ? "" : "s");
    else
        add(c, BAUTA_CHECK_FACT, "times", "Pictures come evenly, %.1f a second.", f->rate);
}

static void say_face(struct bauta_check *c)
{
    const struct bauta_check_facts *f = &c->facts;
    if (c->still || !f->frames)
        return;
    if (f->face_seconds <= 0) {
        add(c, BAUTA_CHECK_UNKNOWN, "face",
            "No face could be followed, so nothing is said about how one moves.");
        return;
    }
    add(c, BAUTA_CHECK_FACT, "face",
        "A face was followed for %.1f of %.1f seconds%s; cuts in the scene: %d.",
        f->face_seconds, f->seconds,
        f->people > 1 ? ", with breaks or several people" : "", f->cuts);
}

static void say_blinks(struct bauta_check *c)
{
    const struct bauta_check_facts *f = &c->facts;
    if (f->blinks < 0) {
        if (f->face_seconds > 0)
            add(c, BAUTA_CHECK_UNKNOWN, "blinks",
                "Blinks could not be counted: the eyes were not seen well enough for long "
                "enough, or too few pictures come in a second.");
        return;
    }
    const bool few = f->blink_high < BLINKS_FEW, many = f->blink_low > BLINKS_MANY;
    char lasted[64] = "";
    if (f->blinks)
        snprintf(lasted, sizeof lasted, ", of %.2f seconds on average",
                 f->blink_seconds);
    add(c, few || many ? BAUTA_CHECK_LIKELY : BAUTA_CHECK_FACT, "blinks",
        "%d blink%s counted%s. That is %.0f a minute; in so short a time anything from %.0f "
        "to %.0f a minute is possible. People blink about 4 times a minute reading, 17 at rest and 26 in conversation "
        "(Bentivoglio et al., Movement Disorders 1997), for .1 to .4 seconds. %s",
        f->blinks, f->blinks == 1 ? " was" : "s were", lasted, f->blink_rate, f->blink_low,
        f->blink_high,
        few    ? "So few are unusual; staring, reading and glasses that shine make them rare."
        : many ? "So many are unusual; bright light and smoke make them frequent."
               : "So this is not unusual. A replaced face blinks as the one who wears it, so "
                 "it tells little.");
}

static void say_motion(struct bauta_check *c)
{
    const struct bauta_motion_result *m = &c->motion;
    if (!c->moved)
        return;
    if (m->verdict == BAUTA_MOTION_TOO_LITTLE)
        add(c, BAUTA_CHECK_UNKNOWN, "motion",
            "Whether the face moves like %s: %.0f more seconds of it are needed.",
            c->signature, m->needed);
    else if (m->verdict == BAUTA_MOTION_UNCLEAR)
        add(c, BAUTA_CHECK_UNKNOWN, "motion",
            "Whether the face moves like %s: the score of %.1f, give or take %.1f, lies on "
            "both sides of the limit of %.1f.", c->signature, m->score, 2 * m->error,
            m->limit);
    else if (m->verdict == BAUTA_MOTION_UNLIKE)
        add(c, BAUTA_CHECK_LIKELY, "motion",
            "The face does not move like %s: score %.1f, give or take %.1f, where up to %.1f "
            "is usual. Another occasion, camera or mood can do that too.", c->signature,
            m->score, 2 * m->error, m->limit);
    else
        add(c, BAUTA_CHECK_FACT, "motion",
            "The face moves like %s: score %.1f, give or take %.1f, where up to %.1f is "
            "usual. Others may pass too, above all who imitates on purpose.", c->signature,
            m->score, 2 * m->error, m->limit);
}

// The file ------------------------------------------------------------------------------

// The container's usual name.
static const char *kind_of(const char *container)
{
    static const char *const kinds[][2] = {{"mov,", "MP4 or MOV"},
                                           {"matroska,", "Matroska or WebM"},
                                           {"mjpeg", "JPEG"}, {"png", "PNG"},
                                           {"webp", "WebP"}, {"yuv4mpeg", "YUV4MPEG"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!strncmp(container, kinds[i][0], strlen(kinds[i][0])))
            return kinds[i][1];
    }
    return container;
}

// Adds "what value", with a comma before it where something stands there.
static void join(char *out, size_t size, const char *what, const char *value)
{
    const size_t n = strlen(out);
    if (value[0])
        snprintf(out + n, size - n, "%s%s%s", n ? ", " : "", what, value);
}

static void say_container(struct bauta_check *c)
{
    const struct bt_facts *f = &c->container;
    const bool converted = strcasestr(f->encoder, "lavf") || strcasestr(f->video_encoder, "x26");
    char says[480] = "";
    if (!f->container[0])
        return;
    join(says, sizeof says, "written by ", f->encoder);
    join(says, sizeof says, "pictures encoded by ", f->video_encoder);
    join(says, sizeof says, "recorded with ", f->device);
    join(says, sizeof says, "made ", f->made);
    join(says, sizeof says, "", f->place ? "and where it was recorded" : "");
    if (c->still)
        add(c, BAUTA_CHECK_FACT, "file",
            "The file is a picture of %dx%d, kind %s. What cameras note in pictures was not "
            "looked at, and is easily changed.", c->facts.width, c->facts.height,
            kind_of(f->video));
    if (c->still)
        return;
    add(c, BAUTA_CHECK_FACT, "file",
        "The file: %s, pictures %s of %dx%d, %s%s. It says %s%s. Anybody can write anything "
        "there.", kind_of(f->container), f->video, c->facts.width, c->facts.height,
        f->audio[0] ? "sound " : "no sound", f->audio,
        says[0] ? "of itself: " : "nothing about where it comes from", says);
    if (converted && !f->device[0])
        add(c, BAUTA_CHECK_FACT, "history",
            "It was written by a program that converts films (FFmpeg's libraries or x264), "
            "not by a camera: it is a copy of something. Messengers, websites, editors and "
            "bauta write such files.");
    if (f->edits > 1)
        add(c, BAUTA_CHECK_FACT, "edits",
            "Its edit list has %d entries: what is shown is put together from parts of what "
            "is stored. Phones and editors that trim films do that.", f->edits);
    if (c->truncated)
        add(c, BAUTA_CHECK_FACT, "damage",
            "The file ends before its own end: it is cut off or damaged.");
}

// Always --------------------------------------------------------------------------------

static void say_unknown(struct bauta_check *c)
{
    add(c, BAUTA_CHECK_UNKNOWN, "person",
        "Who it is. Faces and voices can be imitated now, in a call too; and true pictures "
        "can show another day or another place than is said.");
    add(c, BAUTA_CHECK_UNKNOWN, "programs",
        "Whether another program made or changed it. Most leave no mark; looked for are "
        "signed statements, the label and bauta's watermark, nothing else.");
    if (!c->still && c->container.audio[0])
        add(c, BAUTA_CHECK_UNKNOWN, "sound", "What is heard: sound was not looked at.");
    if (!c->whole && c->facts.frames && !c->still)
        add(c, BAUTA_CHECK_UNKNOWN, "rest",
            "What comes after the first %.0f seconds: those were looked at picture by "
            "picture.%s", c->facts.seconds,
            c->stream ? " A stream can change at any moment." : "");
    if (!c->facts.frames)
        add(c, BAUTA_CHECK_UNKNOWN, "pictures", "What it shows: no picture in it can be read.");
}

static void say_next(struct bauta_check *c)
{
    add(c, BAUTA_CHECK_NEXT, "call",
        "If it is about money, a password, a code or haste: stop. End the call, and call "
        "back on a number that you knew before, not on one that you are given now.");
    add(c, BAUTA_CHECK_NEXT, "words",
        "Ask for your code word. If you have paired with the person, bauta codeword check "
        "tells whether the words are right; else ask for something that only the two of you "
        "know and that stands nowhere.");
    if (!c->stream)
        add(c, BAUTA_CHECK_NEXT, "source",
            "Find out where it comes from: ask for the original file, look for an earlier "
            "copy, ask others who were there. Keep this file as it is, and do not pass it "
            "on before you know.");
    else
        add(c, BAUTA_CHECK_NEXT, "live",
            "Ask for things that a mask does badly: a hand slowly across the face, the head "
            "turned all the way to one side, the camera carried to a window. What goes "
            "wrong then tells something; what goes well tells little.");
    if (c->verdict == BAUTA_CHECK_MADE || c->verdict == BAUTA_CHECK_CHANGED)
        add(c, BAUTA_CHECK_NEXT, "report",
            "If it was shown to you as a record of what happened, tell whoever you have it "
            "from, and where you saw it, that it is marked or changed.");
}

static void sort(struct bauta_check *c)
{
    for (int i = 1; i < c->findings; i++) {
        for (int k = i; k > 0 && c->finding[k].level < c->finding[k - 1].level; k--) {
            const __typeof__(c->finding[0]) other = c->finding[k];
            c->finding[k] = c->finding[k - 1];
            c->finding[k - 1] = other;
        }
    }
}

void bt_check_say(struct bauta_check *c)
{
    c->findings = 0;
    c->verdict = BAUTA_CHECK_NOTHING;
    say_marks(c);
    say_motion(c);
    if (!c->still && c->facts.frames) {
        say_frozen(c);
        say_face(c);
        say_blinks(c);
        say_cadence(c);
    }
    say_container(c);
    say_unknown(c);
    say_next(c);
    sort(c);
}
