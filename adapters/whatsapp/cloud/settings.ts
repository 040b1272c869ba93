import { z } from 'zod'

const id = (what: string) =>
  z.string().regex(/^\d{5,20}$/, `Expected the ${what}, digits alone, as the app's WhatsApp page shows it.`)

/** The settings of a number on the WhatsApp Cloud API. */
export const whatsappCloudSettings = z.object({
  /** "Phone number ID" of the number that writes: not the number itself. */
  phoneNumberId: id('phone number ID'),
  /** "WhatsApp Business Account ID" that the number and its templates belong to. */
  businessAccountId: id('WhatsApp Business Account ID'),
  /** A system user's token with `whatsapp_business_messaging` and `whatsapp_business_management`. */
  accessToken: z
    .string()
    .regex(/^\S{10,}$/, 'Expected an access token of one word, as Business settings > System users gives it.')
    .meta({ secret: true }),
  /** "App secret" of the app's basic settings: what the vendor sends us is signed with it. */
  appSecret: z.string().min(8, 'Expected the app secret of the app’s basic settings.').meta({ secret: true }),
  /** A word of your own; what the vendor shows when it asks whether our address is really ours. */
  verifyToken: z.string().min(8, 'Expected at least 8 characters of your own choice.').meta({ secret: true }),
  /** The server to talk to. */
  apiRoot: z.url({ protocol: /^https?$/ }).default('https://graph.facebook.com'),
  /** The version of the Graph API. */
  apiVersion: z
    .string()
    .regex(/^v\d+\.\d+$/, 'Expected a version such as v24.0.')
    .default('v24.0'),
  /** Whether `connect` sends this number's messages to our address, past the app's own callback. */
  overrideCallback: z.boolean().default(true),
  /** What stands on the button that opens a list of more than three choices. */
  listButton: z.string().min(1).max(20, 'Expected at most 20 characters.').default('Choose'),
  /** How fast we send (developers.facebook.com/documentation/business-messaging/whatsapp/about-the-platform). */
  pacing: z
    .object({
      messagesPerSecond: z.number().positive().default(80),
      /** To one person; a burst of 45 is let through, then one in six seconds. */
      perPersonPerSecond: z.number().positive().default(5),
    })
    .prefault({}),
})
export type WhatsappCloudSettings = z.infer<typeof whatsappCloudSettings>
