import type { Message, User } from 'grammy/types'
import type { NoticePart } from '../../../src/conversations/message.ts'
import { messageExternalId } from '../thread.ts'

type Field = keyof Message

/** Service messages that say something by being there. */
const plain = [
  'delete_chat_photo',
  'group_chat_created',
  'supergroup_chat_created',
  'channel_chat_created',
  'forum_topic_closed',
  'forum_topic_reopened',
  'general_forum_topic_hidden',
  'general_forum_topic_unhidden',
  'video_chat_started',
  'giveaway_created',
  'chat_background_set',
  'community_chat_joined',
  'community_chat_added',
  'community_chat_removed',
  'chat_owner_left',
  'chat_owner_changed',
  'managed_bot_created',
  'poll_option_added',
  'poll_option_deleted',
  'checklist_tasks_done',
  'checklist_tasks_added',
  'giveaway_completed',
  'gift',
  'unique_gift',
  'gift_upgrade_sent',
  'suggested_post_approved',
  'suggested_post_approval_failed',
  'suggested_post_declined',
  'suggested_post_paid',
  'suggested_post_refunded',
] as const satisfies Field[]

/** Service messages whose content is taken over. */
const telling: { [K in Field]?: (value: NonNullable<Message[K]>, message: Message) => Record<string, unknown> } = {
  new_chat_members: (users) => ({ members: users.map(nameOf) }),
  left_chat_member: (user) => ({ member: nameOf(user) }),
  new_chat_title: (title) => ({ title }),
  new_chat_photo: (sizes) => ({ file: sizes.at(-1)?.file_id }),
  pinned_message: (pinned, message) => ({ messageExternalId: messageExternalId(message.chat.id, pinned.message_id) }),
  message_auto_delete_timer_changed: (timer) => ({ seconds: timer.message_auto_delete_time }),
  forum_topic_created: (topic) => ({ name: topic.name }),
  forum_topic_edited: (topic) => ({ name: topic.name }),
  video_chat_scheduled: (chat) => ({ at: new Date(chat.start_date * 1000).toISOString() }),
  video_chat_ended: (chat) => ({ seconds: chat.duration }),
  video_chat_participants_invited: (invited) => ({ members: invited.users.map(nameOf) }),
  proximity_alert_triggered: (alert) => ({
    traveler: nameOf(alert.traveler),
    watcher: nameOf(alert.watcher),
    metres: alert.distance,
  }),
  boost_added: (boost) => ({ count: boost.boost_count }),
  write_access_allowed: (access) => ({ from: access.web_app_name }),
  connected_website: (domain) => ({ domain }),
  paid_message_price_changed: (price) => ({ stars: price.paid_message_star_count }),
  direct_message_price_changed: (price) => ({ stars: price.direct_message_star_count }),
  invoice: (invoice) => ({ title: invoice.title, currency: invoice.currency, amount: invoice.total_amount }),
  successful_payment: (payment) => ({
    currency: payment.currency,
    amount: payment.total_amount,
    payload: payment.invoice_payload,
    charge: payment.telegram_payment_charge_id,
  }),
  refunded_payment: (payment) => ({
    currency: payment.currency,
    amount: payment.total_amount,
    payload: payment.invoice_payload,
    charge: payment.telegram_payment_charge_id,
  }),
  chat_shared: (chat) => ({ chat: String(chat.chat_id), title: chat.title }),
}

/** What a person does by sending it, though Telegram shows it as a service message: it means the bot in a direct chat. */
const deeds: ReadonlySet<string> = new Set(['successful_payment', 'chat_shared', 'write_access_allowed'])

/** The notice that a service message is, with `deed` for those that a person sends on purpose. */
export function noticeOf(message: Message): { part: NoticePart; deed: boolean } | undefined {
  for (const [field, tell] of Object.entries(telling)) {
    const value = message[field as Field]
    if (value === undefined) continue
    // Each entry gets the value of its own field.
    const data = (tell as (value: unknown, message: Message) => Record<string, unknown>)(value, message)
    return { part: { type: 'notice', notice: field, data: withoutUndefined(data) }, deed: deeds.has(field) }
  }
  const field = plain.find((name) => message[name] !== undefined)
  return field === undefined ? undefined : { part: { type: 'notice', notice: field }, deed: false }
}

function nameOf(user: User): string {
  return [user.first_name, user.last_name].filter(Boolean).join(' ')
}

function withoutUndefined(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined))
}
