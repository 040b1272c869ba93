import { z } from 'zod'

/** The settings of a WhatsApp Web channel. */
export const whatsappWebSettings = z.object({
  /** Where Chromium or Chrome is. Left out: it is looked for in the usual places. */
  browserPath: z
    .string()
    .regex(
      /^\/.*(chrom|edge|brave)[^/]*$/i,
      'Expected the absolute path of Chromium or a browser made of it, such as /usr/bin/chromium.',
    )
    .optional(),
  /** The proxy through which the browser reaches WhatsApp: `http://host:port` or `socks5://host:port`. */
  proxy: z
    .string()
    .regex(
      /^(https?|socks[45]):\/\/[\w.-]+:\d+$/,
      'Expected a proxy of the form http://host:port or socks5://host:port.',
    )
    .optional(),
  /** When the same session is opened elsewhere, take it back at once instead of waiting. */
  takeOverOnConflict: z.boolean().default(false),
  /** Files larger than so many megabytes are neither fetched nor sent. */
  mediaLimitMb: z.number().positive().max(100).default(32),
  /** How fast we send. WhatsApp names no limits for linked devices and closes accounts that write too much to strangers. */
  pacing: z
    .object({
      messagesPerSecond: z.number().positive().default(2),
      perChatPerSecond: z.number().positive().default(1),
      perGroupPerMinute: z.number().positive().default(20),
    })
    .prefault({}),
})
export type WhatsAppWebSettings = z.infer<typeof whatsappWebSettings>
