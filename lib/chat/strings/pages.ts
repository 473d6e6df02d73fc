// The words of the pages, which only the server needs; those of islands are in the files beside this, by when a browser loads them.
import { roomStrings } from "./room.ts";
import { lobbyStrings } from "./lobby.ts";
import { roomOnUseStrings } from "./room_on_use.ts";
import { transferStrings } from "./transfer.ts";

/** With the words of the room and the lobby, as pages use some of them as well. */
export const pageStrings = {
  ...roomStrings,
  ...roomOnUseStrings,
  lobby: lobbyStrings,
  transfer: transferStrings,
  product: "Kvetch",
  tagline: "A chat that works instantly, offline and together.",
  skip: "Skip to content",
  signOut: "Sign out",
  /** The author's name in messages of a deleted account: it is stored in them. */
  documentTitle: (title?: string) => title ? `${title} · Kvetch` : "Kvetch",

  signIn: {
    title: "Sign in",
    name: "Your name",
    hint: "This is how others will see you. No password, no email.",
    submit: "Sign in",
    invitedOnly:
      "This chat is by invitation only. Open the invitation or the sign-in link that you were given.",
  },

  makeRooms: { operatorOnly: "On this server only its operator makes rooms." },

  noticeTest: {
    notice: {
      title: "Kvetch",
      body: "This device is told of messages while Kvetch is closed.",
    },
    gone:
      "This device's subscription has ended. Turn it off and on again to make another.",
    noAnswer:
      "The push service of this browser did not answer. Try again in a while.",
    refused: (status: number) =>
      `The push service of this browser refused the notice (${status}). Turn it off and on again.`,
  },

  leave: {
    title: "Sign out?",
    text: (name: string) => `You are signed in as ${name}.`,
    withLink:
      "Your private sign-in link is the way back to this account. Sign out only if you have it.",
    withoutLink:
      "You have no private sign-in link: once you are signed out, nobody can get back into this account, not even you.",
  },

  settings: {
    title: "Settings",
    name: "Your name",
    nameHint: "The name that others see from now on.",
    saved: "Saved.",
    save: "Save name",
    avatar: "Your picture",
    avatarText: "People who share a room with you see it.",
    avatarSaved: "Your picture is saved.",
    avatarNeedsScript: "To choose a picture needs JavaScript.",
    avatarRemove: "Remove the picture",
    status: "Your status",
    statusHint:
      "One line beside your name in the list of people and in direct messages. It may be empty.",
    saveStatus: "Save status",
    blocked: "People you have blocked",
    blockedText:
      "Their messages are folded, and nothing tells you of them. They are not told.",
    link: "Private sign-in link",
    linkText:
      "It opens this account on another device, or here again after signing out. Anyone who has it can use your account: treat it like a password.",
    linkNone: "You have none yet.",
    linkMade: (date: string) =>
      `You made one on ${date}. It was shown once and cannot be shown again.`,
    make: "Make a link",
    makeNew: "Make a new link",
    revoke: "Revoke the link",
    once: "Your link, shown only this once",
    keep:
      "Scan it with the other device, or keep it in a password manager. It works until you revoke it or make a new one.",
    qr: "Your sign-in link as a QR code",
  },

  deletion: {
    open: "Delete account…",
    title: "Delete your account?",
    back: "Back to the settings",
    means: [
      "You are signed out on all devices, and your sign-in link stops working.",
      "You leave all rooms. In rooms that you alone own, the longest-standing member becomes the owner.",
      "Your messages stay, under “Deleted user”. If you want some of them gone for good, delete those first.",
      "Your name, your picture and status, your drafts and how far you have read are erased. This can't be undone.",
    ],
    done: "Your account is deleted.",
  },

  visit: {
    missing: "There is no such room, or it is private and you are not in it.",
    needsScript:
      "Reading works without JavaScript; writing a message needs it.",
  },

  link: {
    title: "Sign in",
    question: (name: string) => `Sign in as ${name}?`,
    text: "This private link opens the account on this device.",
    submit: (name: string) => `Sign in as ${name}`,
    cancel: "Not now",
    other: (name: string) => `On this device ${name} will be signed out.`,
    lost:
      "That account has no sign-in link of its own, so there is no way back to it.",
    already: (name: string) => `You are already signed in as ${name}`,
    alreadyText:
      "This link opens the account that this device is signed in to.",
    missing: "This sign-in link is not valid, or no longer is.",
  },

  invite: {
    by: (name?: string) =>
      name ? `${name} invites you to a room` : "You are invited to a room",
    to: (room: string, by?: string) =>
      by ? `${by} invites you to “${room}”.` : `You are invited to “${room}”.`,
    text: "Members can read everything in it and write.",
    later: "Not now",
    missing: "This invitation is not valid, or no longer is.",
  },

  newMessage: {
    title: "New message",
    text:
      "Choose a room of somebody to whom you want to write, and there choose their name in its list of people.",
    none: "You are in no room yet.",
  },

  people: {
    title: (room: string) => `People in ${room}`,
    back: "Back to the room",
    owner: "Owner",
    you: "You",
    online: "Online",
    joined: (date: string) => `In the room since ${date}.`,
    rename: "Change your name",
    mention: (name: string) => `Mention ${name} in a message`,
    message: "Message",
    removeText:
      "They lose access to the room immediately; what they wrote stays. All open invitations are withdrawn.",
    removeSubmit: (name: string) => `Remove ${name}`,
    makeOwner: "Make owner",
    makeOwnerText:
      "Owners change the room and who is in it, and make others owners.",
    makeMember: "Make member",
    makeMemberText: "They stay in the room as a member like others.",
    stopOwning: "Stop being an owner",
    stopOwningText: "You stay in the room. An owner can make you one again.",
    ban: "Ban",
    banText:
      "They lose access to the room immediately and can't come back, not by an invitation either, until an owner allows it. All open invitations are withdrawn.",
    banned: "Banned",
    bannedSince: (date: string) => `Since ${date}`,
    allowAgain: "Allow again",
    removeMessagesOpen: "Remove all messages…",
    removeMessages: "Remove all messages",
    removeMessagesText: (name: string) =>
      `All that ${name} has written in this room until now disappears for everyone. This can't be undone.`,
    removing:
      "Their messages are being removed: with many of them it takes a while.",
    former: "No longer in the room.",
    imported:
      "Not in this chat: their messages were imported, under the name that they had elsewhere.",
    invite: "Invite someone",
    inviteText: roomOnUseStrings.menu.invitation,
    inviteSubmit: roomOnUseStrings.menu.make,
    once: "The invitation, shown only this once",
    open: "Open invitations",
    madeBy: (name: string | undefined, date: string) =>
      name ? `By ${name}, until ${date}` : `Until ${date}`,
    withdraw: "Withdraw",
    leave: "Leave the room",
    leaveText: roomOnUseStrings.menu.leaveText,
    leaveOwner: roomOnUseStrings.menu.leaveOwner,
    leaveLast: roomOnUseStrings.menu.leaveLast,
    leaveDirect: roomOnUseStrings.menu.leaveDirect,
  },

  errors: {
    home: "Back to the rooms",
    notFound: [
      "Nothing here",
      "This page does not exist, or you have no access to it.",
    ],
    forbidden: ["Not allowed", "You do not have access to this."],
    refused: ["That did not work", "The server did not accept the request."],
    broken: [
      "Something broke on our side",
      "It is not your fault, and what you sent before is safe. Try again in a moment.",
    ],
  },
} as const;

/** A day in words, from milliseconds since 1970. */
export const dateOf = (time: number): string =>
  new Date(time).toLocaleDateString("en", { dateStyle: "long" });

/** What a banned person is told; `until` is in milliseconds since 1970, null until it is lifted. */
export const bannedUntil = (until: number | null): string =>
  until === null
    ? "This account is banned."
    : `This account is banned until ${dateOf(until)}.`;

/** The title and the text of an error page. */
export function errorStrings(status: number): readonly [string, string] {
  if (status === 404) return pageStrings.errors.notFound;
  if (status === 401 || status === 403) return pageStrings.errors.forbidden;
  return status < 500 ? pageStrings.errors.refused : pageStrings.errors.broken;
}
