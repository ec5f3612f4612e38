#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Chooses the 2048 code words out of a vocabulary and writes them as a C table.

Usage: words.py VOCABULARY [LIST_C]. With LIST_C it only checks that this file is what it
would write. The rules: 4 to 7 letters; none that is said like another common word or
spelled in two ways; no two within one changed, missing, added or swapped letter; none
that another begins with; no two that the rules of sound below take for the same.
"""
import re
import sys

COUNT, SHORTEST, LONGEST = 2048, 4, 7

# Said like a common word that is written otherwise, or nearly so.
TWINS = set('''
accept affect air aisle allowed aloud altar alter ascent assent aunt axle bail ball bare
baron base basil bazaar beach bear beat been beet bell berry birth boar board bolder
border boulder bowl braid brake bread break bridal bridle brows bruise build bury cache
caddie canvas capital carat carrot cast ceiling cellar cent cereal cheap chews chili
chilly choir choral chord chute cite claws click coarse coral core council coupe course
creak crews cruise cubicle cue current cymbal dairy days dear desert dessert diary diffuse
discus dough draft dryer dryly dual earn earnest effect eight ensure except faint fair
fairy farther fate father fawn feat ferry find fisher flair flea flee flew flour flower
flue flute fondue fore fort foul four freeze frieze gait gamble gate gauge gene genes gilt
gopher gorilla grate grease great groan guest guise gully hail hair hall hangar heal hear
heel heir herd hiccup hoarse hole holly holy horse hostel hour idle idol illusion incite
install jewel joule kernel knead knight knit knot know lain lane larva lasagna lead leader
leak leased lesson levee liar lightning links llama load loan loch lock loose loot lute
lyre made maid mail main maize mall manner manor mantel mantle marshal martial mayor maze
medal meddle merry metal mettle might mince mind miner minor minute missed mist mode moose
morning mourn movable muscle mussel mustard naval nave night none nose omelet oral ours
outright pail pain pair palate pale palette pallet passed patience pause peace peak peal
pear pearl pedal peer petal piece pier pistil plain plane planet plate plum pole pore pour
pray presence presents prince principal prints profit prophet quarts quartz quay quiet
quire quite rabbet racket rain raise rapped read real reed reek review rhyme right ring
road role roll root rose rote rough route rung rye sail sauce saver savor scene scent
sealing seam seed seller senses sensor serial shear sheer shoe sight sign slay sleigh
slight slow soar sole some sore soul source spade staid stair stake stalk stare stationary
steak steal steel step steppe storey story straight strait style suite sundae sunday surf
surplus sweet symbol tacks tail tale taper tapir team tear teas tense tents thrill throne
through thyme tide tied tiger time tire toad told towed trader troop troupe trust turban
turbine turn undo vain vale vein vendor vial vice wade waist wait waive ware warn waste
wave weak weather week weekly weigh weight whale wheel whether which whole witch wood word
world wrap wreath write yoke yolk
'''.split())

# Written in two ways, on two sides of an ocean.
SPELLINGS = set('''
analog armor catalog center color dialog enroll favor fiber flavor fulfill gray harbor
honor humor kilo labor license luster meager meter molecule neighbor odor parlor plow
practice rumor savor sulfur tailor theater tumor yogurt
'''.split())

# Not wanted on a call: of war and crime, of faith, or with a second meaning.
UNWANTED = set('''
april august beaver bishop blast blessed bunker burst caress chapel cognac cougar cuddle
danger despair dizzy evil fairy feeling felony flesh garbage gospel grape hazard heaven
hunter incense january july kosher liquor lure lush madam maiden mental moist musket
october olympic panic passion peacock phantom pilgrim pluck prawn pupil rascal rebel
rubber sacred screw selfish soldier spade stroll sultan swallow tease trigger turban
turkey usher vagrant villain vulture warrior
'''.split())

SOUNDS = [
    # What is silent at the beginning or the end.
    (r'^(?:kn|gn|pn)', 'n'), (r'^wr', 'r'), (r'^wh', 'w'), (r'^rh', 'r'), (r'^ps', 's'),
    (r'mb$', 'm'), (r'mn$', 'm'),
    # Two letters that are one sound.
    (r'tch', 'C'), (r'ch', 'C'), (r'sh', 'S'), (r'th', 'T'), (r'ph', 'f'),
    (r'dge?', 'dj'),
    (r'ck', 'k'), (r'qu', 'kw'), (r'x', 'ks'),
    (r'c(?=[eiy])', 's'), (r'c', 'k'), (r'g(?=[eiy])', 'j'), (r'z', 's'),
    # Long vowels, each with its ways to be written.
    (r'oar', 'or'), (r'eigh|aigh', 'A'), (r'igh', 'I'), (r'ough|augh', 'O'),
    (r'a([bdfgjklmnprstv])e$', r'A\1'), (r'i([bdfgjklmnprstv])e$', r'I\1'),
    (r'o([bdfgjklmnprstv])e$', r'O\1'), (r'u([bdfgjklmnprstv])e$', r'U\1'),
    (r'y([bdfgjklmnprstv])e$', r'I\1'), (r'e([bdfgjklmnprstv])e$', r'E\1'),
    (r'ai|ay|ei|ey(?!$)', 'A'), (r'ee|ea|ie', 'E'), (r'oa|ow|oe$', 'O'),
    (r'oo|ue$|ew|ui|eu', 'U'), (r'au|aw', 'W'), (r'oi|oy', 'Y'),
    # Endings.
    (r'(?:er|or|ar|ir|ur|re|yr)$', 'R'), (r'(?:le|el|al|il|ol|yl)$', 'L'),
    (r'(?:y|ey|i|E)$', 'E'), (r'(?:an|en|in|on|un)$', 'N'),
    (r'(?:ants|ense|ence|ance)$', 'Z'),
    (r'(?<=[a-zA-Z]{3})e$', ''),
    (r'(?:ur|ir|er|ear)(?=[a-z])', 'R'), (r'y', 'i'), (r'(.)\1+', r'\1'),
]


def sound(word):
    for rule, by in SOUNDS:
        word = re.sub(rule, by, word)
    return word


def neighbours(word):
    """All that one letter less, more, changed or swapped makes of a word."""
    letters = 'abcdefghijklmnopqrstuvwxyz'
    parts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {a + b[1:] for a, b in parts if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    found |= {a + c + b[1:] for a, b in parts if b for c in letters}
    found |= {a + c + b for a, b in parts for c in letters}
    return found - {word}


def conflicts(words):
    """Which words cannot stand beside each."""
    everyone, alike = set(words), {}
    for word in words:
        alike.setdefault(sound(word), set()).add(word)
    against = {word: (neighbours(word) & everyone) | (alike[sound(word)] - {word})
               for word in words}
    for word in words:
        for begin in {word[:n] for n in range(SHORTEST, len(word))} & everyone:
            against[word].add(begin)
            against[begin].add(word)
    return against


def choose(words):
    """As many as can stand beside each other: who has the fewest in the way comes first.
    Then the longest go until COUNT are left, the last of the alphabet among equals."""
    words = {word for word in words if SHORTEST <= len(word) <= LONGEST and
             re.fullmatch('[a-z]+', word)} - TWINS - SPELLINGS - UNWANTED
    against = conflicts(sorted(words))
    chosen, left = [], set(words)
    while left:
        word = min(left, key=lambda w: (len(against[w] & left), len(w), w))
        chosen.append(word)
        left -= against[word] | {word}
    if len(chosen) < COUNT:
        sys.exit(f'only {len(chosen)} words pass the rules, {COUNT} are needed')
    return sorted(sorted(chosen, key=lambda w: (len(w), w))[:COUNT])


def table(words):
    lines, line = [], '   '
    for word in words:
        if len(line) + len(word) + 4 > 90:
            lines.append(line)
            line = '   '
        line += f' "{word}",'
    lines.append(line)
    return '\n'.join([
        '// SPDX-License-Identifier: Apache-2.0',
        '// Made by tools/words.py; both sides of a pair must have the same words in the',
        '// same order, so this list stays as it is for ever.',
        '#include "verify/words/words.h"', '',
        'const char *const bt_words_list[BAUTA_CODEWORD_LIST] = {', *lines, '};', ''])


def self_test():
    for a, b in (('write', 'right'), ('knight', 'night'), ('peace', 'piece'),
                 ('steal', 'steel'), ('phase', 'faze'), ('weak', 'week'),
                 ('sail', 'sale'), ('through', 'threw'), ('wring', 'ring'),
                 ('boarder', 'border')):
        if sound(a) != sound(b) and a not in TWINS:
            sys.exit(f'self-test: {a} and {b} sound alike: {sound(a)}, {sound(b)}')
    if sound('mango') == sound('mingle') or 'angle' not in neighbours('angel'):
        sys.exit('self-test: the rules take what they must not, or miss a swap')


def main():
    self_test()
    with open(sys.argv[1], encoding='utf-8') as file:
        lines = [line for line in file if not line.startswith('#')]
    words = choose(' '.join(lines).split())
    text = table(words)
    if len(sys.argv) < 3:
        sys.stdout.write(text)
        return
    with open(sys.argv[2], encoding='utf-8') as file:
        if file.read() != text:
            sys.exit(f'{sys.argv[2]} is not what the vocabulary gives')
    print(f'{len(words)} words, as the vocabulary gives them')


if __name__ == '__main__':
    main()
