import { z } from 'zod'

/** The settings of a web chat channel. */
export const webchatSettings = z.object({
  /** What stands at the head of the chat; the channel's name when left out. */
  title: z.string().trim().min(1).max(60).optional(),
  /** What an empty chat says to a newcomer. It belongs to the page and is not stored as a message. */
  welcome: z.string().trim().min(1).max(500).optional(),
  /** The colour of the head and of the visitor's own messages. */
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'Expected a colour of the form #0f766e.')
    .default('#0f766e'),
  /** The sites that may show the chat in a frame; any site when empty. */
  allowedOrigins: z
    .array(
      z
        .string()
        .regex(
          /^https?:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?$/i,
          'Expected an origin such as https://shop.example or https://*.shop.example.',
        ),
    )
    .max(50)
    .default([]),
  /** Whether operators may begin to talk with a known visitor who has not written in this chat yet. */
  writeFirst: z.boolean().default(true),
  /** The key with which a site signs who its user is; see `vouchedUser`. */
  identitySecret: z.string().min(16).max(256).optional().meta({ secret: true }),
})
export type WebchatSettings = z.infer<typeof webchatSettings>
