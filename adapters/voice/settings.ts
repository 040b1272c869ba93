import { isSupportedCountry } from 'libphonenumber-js/max'
import { z } from 'zod'
import { sipServerSchema } from './generic/contract.ts'

const rootSchema = z.url({ protocol: /^https?$/ }).max(500)
const nameSchema = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'Expected visible characters without spaces.')
const secretSchema = z.string().min(16).max(256).meta({ secret: true })

/** What each driver cannot do without. */
const needed = {
  generic: ['url', 'secret'],
  jambonz: ['apiRoot', 'accountSid', 'applicationSid', 'apiKey', 'webhookSecret', 'from'],
  twilio: ['accountSid', 'authToken', 'from'],
  sip: ['secret'],
} as const

/** The settings of a phone line. Which of them count depends on the driver. */
export const voiceSettings = z
  .object({
    /** Who makes the calls: a phone system that speaks our contract, jambonz, Twilio, or the SIP bridge of this program. */
    driver: z.enum(['generic', 'jambonz', 'twilio', 'sip']),
    /** generic: where commands are posted. */
    url: rootSchema.optional(),
    /** generic, sip: what signs both directions. */
    secret: secretSchema.optional(),
    /** jambonz: its API, without `/v1`. twilio: another API server than Twilio's own. */
    apiRoot: rootSchema.optional(),
    /** jambonz, twilio: the account. */
    accountSid: nameSchema.optional(),
    /** jambonz: a token of the account. */
    apiKey: z.string().min(1).max(500).optional().meta({ secret: true }),
    /** jambonz: the account's webhook secret, which signs what it sends. */
    webhookSecret: z.string().min(1).max(500).optional().meta({ secret: true }),
    /** jambonz: the application of this line, whose hooks are pointed to this channel and whose speech is used. */
    applicationSid: nameSchema.optional(),
    /** jambonz: the carrier that calls go out by. */
    trunk: z.string().min(1).max(200).optional(),
    /** twilio: the account's auth token, which signs what Twilio sends, too. */
    authToken: z.string().min(1).max(200).optional().meta({ secret: true }),
    /** The number that calls come from. */
    from: z
      .string()
      .regex(/^[^\r\n\0;<>"]{1,200}$/, 'Expected a number or name of one line.')
      .optional(),
    /** sip: a bridge that runs apart. Without it the program starts one beside itself. */
    bridgeUrl: rootSchema.optional(),
    /** sip, started by the program: the port on this machine where the bridge takes commands. */
    bridgePort: z.int().min(1024).max(65_535).default(8790),
    /** sip, started by the program: where it listens for SIP, `address:port`. */
    sipAddress: z
      .string()
      .regex(/^[\d.]{7,15}:\d{1,5}$/, 'Expected address:port, such as 0.0.0.0:5060.')
      .default('0.0.0.0:5060'),
    /** sip, started by the program: the address by which SIP servers reach it behind a NAT. */
    advertise: z.ipv4().optional(),
    /** sip, started by the program: the server to register at, and that calls without a server go to. */
    register: sipServerSchema.optional(),
    sipTransport: z.enum(['udp', 'tcp']).default('udp'),
    user: nameSchema.optional(),
    password: z
      .string()
      .regex(/^[^\r\n]{1,200}$/, 'Expected one line.')
      .optional()
      .meta({ secret: true }),
    /** The SIP servers that flows may name, `host` or `host:port`; none when empty. */
    allowedSipServers: z.array(sipServerSchema).max(200).default([]),
    /** ISO 3166-1 alpha-2: how numbers without a country code are read. */
    country: z
      .string()
      .length(2)
      .refine((country) => isSupportedCountry(country.toUpperCase()), 'Expected a country such as DE.')
      .default('US'),
    /** Countries that may be called; all when left out. Internal numbers of a SIP server belong to none. */
    allowedCountries: z
      .array(
        z.string().refine((country) => isSupportedCountry(country.toUpperCase()), 'Expected a country such as DE.'),
      )
      .min(1)
      .optional(),
    /** How many calls may be placed within any hour. */
    callsPerHour: z.int().min(0).max(100_000).default(60),
    /** How many minutes of calls may be placed within any hour; a call counts as long as it may take until it has ended. */
    minutesPerHour: z.int().min(0).max(100_000).default(300),
    /** What becomes of calls to us. */
    inbound: z.enum(['answer', 'reject']).default('answer'),
    /** What a caller hears first: a text, where the driver can speak, or the address of a file. */
    greeting: z.string().trim().min(1).max(1000).optional(),
    greetingUrl: rootSchema.optional(),
    /** What callers may answer with. */
    listen: z.enum(['digits', 'speech', 'both']).default('digits'),
    /** The most keys of one answer; without it an answer ends two seconds after the last key, or with #. */
    digitsPerAnswer: z.int().min(1).max(32).optional(),
    /** After so many seconds in which nobody says or keys in anything we hang up. */
    silenceSeconds: z.int().min(5).max(600).default(60),
    /** Record calls to us, where the driver can. */
    record: z.boolean().default(false),
    /** The most that a call to us may take, in seconds. */
    maxSeconds: z.int().min(10).max(14_400).default(1800),
    /** BCP 47: the language that is spoken and understood; the driver's own when left out. */
    language: z.string().max(35).optional(),
    /** A voice of the driver. */
    voice: z.string().max(100).optional(),
  })
  .superRefine((settings, context) => {
    for (const name of needed[settings.driver]) {
      if (settings[name] !== undefined) continue
      context.addIssue({ code: 'custom', path: [name], message: `Expected, as the driver is ${settings.driver}.` })
    }
    if (settings.driver === 'sip' && settings.greeting) {
      context.addIssue({
        code: 'custom',
        path: ['greeting'],
        message: 'The SIP bridge cannot speak; give greetingUrl, the address of a file.',
      })
    }
  })
export type VoiceSettings = z.infer<typeof voiceSettings>
