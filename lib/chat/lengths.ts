// How long texts may be. Apart from the schemas that check it, which pages without a room do not load.

/** The longest text of a message, in characters (an emoji is one, or a few), after trimming. */
export const MAX_CONTENT = 4_000;
/** The longest draft, in UTF-16 units: two devices' full ones, and the line break between them. */
export const MAX_DRAFT = 2 * MAX_CONTENT + 1;
/** The most kinds of reactions to one message. */
export const MAX_REACTION_KINDS = 20;
/** The most that the reactions to one message take, in bytes of UTF-8 JSON: about 140 people. */
export const MAX_REACTIONS = 4_096;
/** The most people of direct messages. */
export const MAX_PEOPLE = 8;
/** The longest name of a person or room, in characters. */
export const MAX_NAME = 40;
/** The longest topic of a room, in characters. */
export const MAX_TOPIC = 200;
/** The longest status of a person, in characters. */
export const MAX_STATUS = 100;
/** The longest name of a file and text instead of a picture, in characters. */
export const MAX_FILE_NAME = 200;
export const MAX_ALT = 400;
/** The most files of one message: with the longest names and texts it is still an entry (C5). */
export const MAX_FILES = 10;
