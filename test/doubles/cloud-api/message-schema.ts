import { z } from 'zod'

/**
 * What POST /{phone number id}/messages takes, as the vendor's pages describe it
 * (developers.facebook.com/documentation/business-messaging/whatsapp/messages). The real server passes over a field that it does not
 * know; the double refuses it, since it is always our mistake.
 */
const mediaRef = z.union([
  z.strictObject({ id: z.string().min(1) }),
  z.strictObject({ link: z.url({ protocol: /^https?$/ }) }),
])
const withCaption = (limit: number) =>
  z.union([
    z.strictObject({ id: z.string().min(1), caption: z.string().min(1).max(limit).optional() }),
    z.strictObject({ link: z.url({ protocol: /^https?$/ }), caption: z.string().min(1).max(limit).optional() }),
  ])
const fileName = z.string().min(1).max(240).optional()
const documentRef = (caption: z.ZodOptional<z.ZodString>) =>
  z.union([
    z.strictObject({ id: z.string().min(1), caption, filename: fileName }),
    z.strictObject({ link: z.url({ protocol: /^https?$/ }), caption, filename: fileName }),
  ])
const audioRef = z.union([
  z.strictObject({ id: z.string().min(1), voice: z.boolean().optional() }),
  z.strictObject({ link: z.url({ protocol: /^https?$/ }), voice: z.boolean().optional() }),
])
const caption = z.string().min(1).max(1024).optional()

const heading = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(60) }),
  z.strictObject({ type: z.literal('image'), image: mediaRef }),
  z.strictObject({ type: z.literal('video'), video: mediaRef }),
  z.strictObject({ type: z.literal('document'), document: documentRef(z.string().max(0).optional()) }),
])
const footer = z.strictObject({ text: z.string().min(1).max(60) }).optional()
const body = (limit: number) => z.strictObject({ text: z.string().min(1).max(limit) })
const distinct = (values: string[]) => new Set(values).size === values.length

const replyButton = z.strictObject({
  type: z.literal('reply'),
  reply: z.strictObject({ id: z.string().min(1).max(256), title: z.string().min(1).max(20) }),
})
const listRow = z.strictObject({
  id: z.string().min(1).max(200),
  title: z.string().min(1).max(24),
  description: z.string().min(1).max(72).optional(),
})
const interactive = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('button'),
    header: heading.optional(),
    body: body(1024),
    footer,
    action: z.strictObject({
      buttons: z
        .array(replyButton)
        .min(1)
        .max(3)
        .refine((all) => distinct(all.map(({ reply }) => reply.id)), 'ids must be unique')
        .refine((all) => distinct(all.map(({ reply }) => reply.title)), 'titles must be unique'),
    }),
  }),
  z.strictObject({
    type: z.literal('list'),
    header: z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(60) }).optional(),
    body: body(4096),
    footer,
    action: z.strictObject({
      button: z.string().min(1).max(20),
      sections: z
        .array(z.strictObject({ title: z.string().min(1).max(24).optional(), rows: z.array(listRow).min(1).max(10) }))
        .min(1)
        .max(10)
        .refine((all) => all.flatMap(({ rows }) => rows).length <= 10, 'at most 10 rows in all')
        .refine((all) => distinct(all.flatMap(({ rows }) => rows.map(({ id }) => id))), 'row ids must be unique'),
    }),
  }),
  z.strictObject({
    type: z.literal('cta_url'),
    header: heading.optional(),
    body: body(1024),
    footer,
    action: z.strictObject({
      name: z.literal('cta_url'),
      parameters: z.strictObject({
        display_text: z.string().min(1).max(20),
        url: z.url({ protocol: /^https?$/ }),
      }),
    }),
  }),
])

const parameterText = z
  .string()
  .min(1)
  .refine(
    (text) => !/[\n\r\t]| {5,}/.test(text),
    'Param text cannot have new-line/tab characters or more than 4 consecutive spaces',
  )
const parameter = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    text: parameterText,
    parameter_name: z
      .string()
      .regex(/^[a-z0-9_]+$/)
      .optional(),
  }),
  z.strictObject({ type: z.literal('payload'), payload: z.string().min(1).max(128) }),
  z.strictObject({ type: z.literal('coupon_code'), coupon_code: z.string().min(1).max(20) }),
  z.strictObject({ type: z.literal('image'), image: mediaRef }),
  z.strictObject({ type: z.literal('video'), video: mediaRef }),
  z.strictObject({ type: z.literal('document'), document: documentRef(z.string().max(0).optional()) }),
])
const component = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), parameters: z.array(parameter).min(1) }),
  z.strictObject({ type: z.literal('body'), parameters: z.array(parameter).min(1) }),
  z.strictObject({
    type: z.literal('button'),
    sub_type: z.enum(['url', 'quick_reply', 'copy_code']),
    index: z.string().regex(/^\d$/),
    parameters: z.array(parameter).length(1),
  }),
])
const template = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/),
  language: z.strictObject({ code: z.string().regex(/^[a-z]{2,3}(_[A-Za-z]{2,4})?$/) }),
  components: z.array(component).min(1).optional(),
})
export type SentTemplate = z.infer<typeof template>

const card = z.strictObject({
  name: z
    .strictObject({
      formatted_name: z.string().min(1),
      first_name: z.string().optional(),
      last_name: z.string().optional(),
    })
    .refine(({ first_name, last_name }) => first_name || last_name, 'one more name is required'),
  phones: z
    .array(z.strictObject({ phone: z.string().min(1), type: z.string().optional(), wa_id: z.string().optional() }))
    .optional(),
  emails: z.array(z.strictObject({ email: z.email(), type: z.string().optional() })).optional(),
})

const envelope = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual').optional(),
  to: z
    .string()
    .regex(/^\+?\d{5,20}$/)
    .optional(),
  recipient: z
    .string()
    .regex(/^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/)
    .optional(),
  context: z.strictObject({ message_id: z.string().startsWith('wamid.') }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
}
const message = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.strictObject({ ...envelope, ...shape })

export const messageSchema = z
  .discriminatedUnion('type', [
    message({
      type: z.literal('text'),
      text: z.strictObject({ body: z.string().min(1).max(4096), preview_url: z.boolean().optional() }),
    }),
    message({ type: z.literal('image'), image: withCaption(1024) }),
    message({ type: z.literal('video'), video: withCaption(1024) }),
    message({ type: z.literal('document'), document: documentRef(caption) }),
    message({ type: z.literal('audio'), audio: audioRef }),
    message({ type: z.literal('sticker'), sticker: mediaRef }),
    message({
      type: z.literal('location'),
      location: z.strictObject({
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
        name: z.string().min(1).optional(),
        address: z.string().min(1).optional(),
      }),
    }),
    message({ type: z.literal('contacts'), contacts: z.array(card).min(1).max(257) }),
    message({ type: z.literal('interactive'), interactive }),
    message({ type: z.literal('template'), template }),
  ])
  .refine(({ to, recipient }) => to !== undefined || recipient !== undefined, 'to or recipient is required')
export type SentMessage = z.infer<typeof messageSchema>

/** Read receipts and typing go to the same place. */
export const receiptSchema = z.strictObject({
  messaging_product: z.literal('whatsapp'),
  status: z.literal('read'),
  message_id: z.string().startsWith('wamid.'),
  typing_indicator: z.strictObject({ type: z.literal('text') }).optional(),
})
