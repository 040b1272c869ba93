import { z } from 'zod'

/** The settings of a Telegram bot channel. */
export const telegramSettings = z.object({
  /** The bot's token, as BotFather gave it. */
  token: z
    .string()
    .regex(/^\d+:[\w-]+$/, 'Expected a bot token of the form 123456789:AbC…, as BotFather gives it.')
    .meta({ secret: true }),
  /** How updates arrive. Left out: `webhook` when the program can be reached from outside, else `polling`. */
  mode: z.enum(['webhook', 'polling']).optional(),
  /** What Telegram must send along with each update (core.telegram.org/bots/api#setwebhook). Left out: one is made from the token. */
  webhookSecret: z
    .string()
    .regex(/^[\w-]{1,256}$/, 'Expected 1 to 256 characters of A-Z, a-z, 0-9, _ and -.')
    .optional()
    .meta({ secret: true }),
  /** The server to talk to: a local Bot API server, for example. */
  apiRoot: z.url({ protocol: /^https?$/ }).default('https://api.telegram.org'),
  /** Managers work through this bot: operators who are linked write to it in private. A team's group switches it on, too. */
  desk: z.boolean().optional(),
  /** The team's group with topics, by its number: each conversation has a topic there. The bot must be an administrator who may manage topics. */
  teamGroup: z
    .string()
    .regex(/^-\d{5,20}$/, 'Expected the number of a group, such as -1001234567890.')
    .optional(),
  /** How fast we send; Telegram names no exact limits (core.telegram.org/bots/faq#broadcasting-to-users). */
  pacing: z
    .object({
      messagesPerSecond: z.number().positive().default(30),
      perChatPerSecond: z.number().positive().default(1),
      perGroupPerMinute: z.number().positive().default(20),
    })
    .prefault({}),
})
export type TelegramSettings = z.infer<typeof telegramSettings>
