import { z } from 'zod'

const server = z.object({
  host: z.string().min(1).max(253),
  /** Left out: 993 and 465 with `tls`, 143 and 587 with `starttls`, 143 and 25 with `none`. */
  port: z.int().min(1).max(65_535).optional(),
  /** `tls` from the first byte, `starttls` after a plain greeting and never without it, or `none`, for a server in the same house. */
  security: z.enum(['tls', 'starttls', 'none']).default('tls'),
  /** Whom to sign in as. Left out: the address. */
  user: z.string().min(1).max(320).optional(),
  /** Certificates to trust besides the public ones, as PEM: for a server whose certificate a house has signed itself. */
  ca: z.string().max(100_000).optional(),
})

/** The settings of an e-mail channel. It signs in with `password`, or by OAuth 2 with the four settings after it. */
export const emailSettings = z.object({
  /** The mailbox: what we write from, and what people write to. */
  address: z.email('Expected an e-mail address such as desk@example.com.').max(254),
  /** What stands before the address in what we send. */
  name: z.string().max(200).optional(),
  imap: server.extend({
    /** The mailbox that is read. */
    mailbox: z.string().min(1).max(500).default('INBOX'),
    /** Where the mail program keeps what was sent. Left out: what the server marks as such (RFC 6154). */
    sent: z.string().min(1).max(500).optional(),
  }),
  smtp: server,
  password: z.string().min(1).max(1000).optional().meta({ secret: true }),
  clientId: z.string().min(1).max(1000).optional(),
  clientSecret: z.string().min(1).max(5000).optional().meta({ secret: true }),
  refreshToken: z.string().min(1).max(10_000).optional().meta({ secret: true }),
  /** Where a refresh token is turned into an access token (RFC 6749, section 6). */
  tokenUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** The largest attachment that is kept, and that is sent. */
  maxAttachmentBytes: z.int().min(1).max(104_857_600).default(20_971_520),
  /** Whether what lies in the mailbox when the channel is made is read as well. */
  readFromStart: z.boolean().default(false),
  /** Whether what we have read is marked as read for the mail program. */
  markSeen: z.boolean().default(false),
  /** Whether what people send from their mail program is taken over as the team's. */
  watchSent: z.boolean().default(true),
  /** How fast we send; what a provider allows stands in its own rules. */
  pacing: z
    .object({
      messagesPerSecond: z.number().positive().default(2),
      perThreadPerSecond: z.number().positive().default(1),
    })
    .prefault({}),
})
export type EmailSettings = z.infer<typeof emailSettings>
