import type { tl } from '@mtcute/core'
import type { Refusal } from './vendor-error.ts'

/** Why somebody cannot be brought into a group, in words (core.telegram.org/method/channels.inviteToChannel). */
const reasons: Record<string, string> = {
  USER_PRIVACY_RESTRICTED: 'Their privacy settings let only some people add them to groups.',
  USER_NOT_MUTUAL_CONTACT: 'They left the group before, or must have this account among their contacts.',
  USER_CHANNELS_TOO_MUCH: 'They are in too many groups already.',
  USER_KICKED: 'They were removed from this group.',
  USER_BANNED_IN_CHANNEL: 'They are banned in this group.',
  USER_BLOCKED: 'They blocked this account, or it blocked them.',
  USER_IS_BLOCKED: 'They blocked this account.',
  USER_BOT: 'Bots can be brought in as administrators only.',
  BOT_GROUPS_BLOCKED: "The bot may not join groups: allow it with BotFather's /setjoingroups.",
  BOTS_TOO_MUCH: 'There are too many bots in this group.',
  USERS_TOO_MUCH: 'The group is full.',
  USER_ID_INVALID: 'Telegram does not know them.',
  USER_INVALID: 'Telegram does not know them.',
  INPUT_USER_DEACTIVATED: 'They deleted their account.',
  CHAT_MEMBER_ADD_FAILED: 'Telegram could not add them.',
  USER_RESTRICTED: 'Telegram has restricted this account for spam: it can add nobody. Ask @SpamBot.',
  CHAT_ADMIN_REQUIRED: 'This account may not add people to the group.',
  CHAT_INVALID: 'Telegram no longer knows the group.',
  PEER_FLOOD: 'Telegram takes this account for a sender of spam and lets it add nobody for now.',
}

/** Why a refused invitation failed; undefined for what is worth another try. */
export function whyNotInvited({ word, status }: Refusal): string | undefined {
  const known = reasons[word]
  if (known !== undefined) return known
  return status >= 400 && status < 500 && status !== 420 ? `Telegram refused to add them (${word}).` : undefined
}

const unreachable = new Set([
  'USER_BLOCKED',
  'USER_IS_BLOCKED',
  'USER_ID_INVALID',
  'USER_INVALID',
  'INPUT_USER_DEACTIVATED',
  'USER_RESTRICTED',
  'PEER_FLOOD',
])

/** Whether the account cannot write to somebody whom it could not add; without a refusal it did not find them. */
export function isUnreachable(refusal: Refusal | undefined): boolean {
  return refusal === undefined || unreachable.has(refusal.word)
}

/**
 * Why somebody is among the missing of an invitation that went well otherwise (core.telegram.org/constructor/missingInvitee):
 * their privacy does not allow it, and whoever takes messages from Premium accounts alone cannot be sent the link by us either.
 */
export function whyMissing({ premiumRequiredForPm, premiumWouldAllowInvite }: tl.RawMissingInvitee): string {
  if (premiumRequiredForPm) {
    return 'Their privacy settings let nobody add them, and only Premium accounts may write to them: send the link through another channel.'
  }
  const premium = premiumWouldAllowInvite ? ' A Premium account could add them.' : ''
  return `Their privacy settings do not let this account add them: send them the invite link.${premium}`
}
