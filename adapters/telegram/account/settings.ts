import { z } from 'zod'

/** The settings of a Telegram user account channel. The account itself is signed in step by step, not by a setting. */
export const accountSettings = z.object({
  /** The number of the application, from https://my.telegram.org/apps. */
  apiId: z.int().positive('Expected the api_id of an application, as my.telegram.org/apps shows it.'),
  /** The secret of the application, from the same page. */
  apiHash: z
    .string()
    .regex(/^[0-9a-f]{32}$/i, 'Expected the api_hash of an application: 32 characters of 0-9 and a-f.')
    .meta({ secret: true }),
  /** The account's own number, for the sign-in by code and as its name until it is signed in. */
  phone: z
    .string()
    .regex(/^\+\d{7,15}$/, 'Expected a phone such as +15550100123.')
    .optional(),
  /** Whether what is said in groups becomes conversations, too: `all` groups that the account is in, or `none`. */
  groups: z.enum(['all', 'none']).default('all'),
  /** How fast we send. Telegram names no limits for accounts and answers haste with waits and bans: these are careful. */
  pacing: z
    .object({
      messagesPerSecond: z.number().positive().default(1),
      perChatPerSecond: z.number().positive().default(0.5),
      perGroupPerMinute: z.number().positive().default(15),
    })
    .prefault({}),
})
export type AccountSettings = z.infer<typeof accountSettings>
