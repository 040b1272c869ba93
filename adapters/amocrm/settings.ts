import { z } from 'zod'

/** Hosts of the vendor's accounts: amoCRM, and Kommo, which is the same outside of Russia. */
export const accountHost = /^[a-z0-9][a-z0-9-]{0,62}\.(amocrm\.ru|amocrm\.com|kommo\.com)$/

/** The settings of an account of amoCRM or Kommo. */
export const amocrmSettings = z
  .object({
    /** The account as its address in the browser begins: `example.amocrm.ru` or `example.kommo.com`. */
    account: z
      .string()
      .regex(accountHost, 'Expected the host of an account, such as example.amocrm.ru or example.kommo.com.'),
    /** "Integration ID" of the integration's page "Keys and scopes"; the owner is asked for consent then. */
    clientId: z
      .string()
      .regex(/^[\w-]{8,100}$/, 'Expected the integration ID, such as 3fa85f64-5717-4562-b3fc-2c963f66afa6.')
      .optional(),
    /** "Secret key" of the same page. */
    clientSecret: z.string().min(8, 'Expected the secret key of the integration.').meta({ secret: true }).optional(),
    /** A long-lived token of the integration's page, in place of the two above. */
    token: z
      .string()
      .regex(/^\S{10,4096}$/, 'Expected a long-lived token of one word.')
      .meta({ secret: true })
      .optional(),
    /** Whether changes are told to us at once. The cheapest plans have no webhooks; changes are then looked for now and then. */
    hooks: z.boolean().default(true),
    /** Whether a contact is looked for by phone and e-mail before it is made. */
    searchContacts: z.boolean().default(true),
    /** The server to talk to, where it is not the account's own. */
    apiRoot: z.url({ protocol: /^https?$/ }).optional(),
  })
  .superRefine(({ token, clientId, clientSecret }, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (token !== undefined) {
      if (clientId !== undefined || clientSecret !== undefined)
        fault('token', 'Expected either a long-lived token, or clientId with clientSecret.')
      return
    }
    if (clientId === undefined) fault('clientId', 'Expected clientId with clientSecret, or a long-lived token.')
    if (clientSecret === undefined) fault('clientSecret', 'Expected clientId with clientSecret, or a long-lived token.')
  })
export type AmocrmSettings = z.infer<typeof amocrmSettings>

/** Where the account's API is, without a slash at the end. */
export function rootOf({ account, apiRoot }: AmocrmSettings): string {
  return (apiRoot ?? `https://${account}`).replace(/\/+$/, '')
}
