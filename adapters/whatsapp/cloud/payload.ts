/** What the vendor posts (developers.facebook.com/documentation/business-messaging/whatsapp/webhooks). Nothing of it is sure to be there. */
export interface Payload {
  object?: string
  entry?: { id?: string; changes?: Change[] }[]
}

export interface Change {
  field?: string
  value?: ChangeValue
}

export interface ChangeValue {
  metadata?: { display_phone_number?: string; phone_number_id?: string }
  contacts?: PayloadContact[]
  messages?: PayloadMessage[]
  message_echoes?: PayloadMessage[]
  statuses?: PayloadStatus[]
  errors?: PayloadError[]
  [other: string]: unknown
}

export interface PayloadContact {
  profile?: { name?: string; username?: string }
  wa_id?: string
  user_id?: string
}

export interface PayloadError {
  code?: number
  title?: string
  message?: string
  error_data?: { details?: string }
}

export interface PayloadMedia {
  id?: string
  mime_type?: string
  caption?: string
  filename?: string
  voice?: boolean
}

export interface PayloadCard {
  name?: { formatted_name?: string; first_name?: string; last_name?: string }
  phones?: { phone?: string; wa_id?: string; user_id?: string }[]
  emails?: { email?: string }[]
  vcard?: string
}

export interface PayloadMessage {
  id?: string
  from?: string
  from_user_id?: string
  to?: string
  to_user_id?: string
  group_id?: string
  timestamp?: string | number
  type?: string
  context?: { id?: string; from?: string; referred_product?: Record<string, unknown> }
  text?: { body?: string }
  image?: PayloadMedia
  audio?: PayloadMedia
  voice?: PayloadMedia
  video?: PayloadMedia
  document?: PayloadMedia
  sticker?: PayloadMedia
  location?: { latitude?: number; longitude?: number; name?: string; address?: string; url?: string }
  contacts?: PayloadCard[]
  /** `contact_request` when the person shares their own card by our button. */
  origin?: string
  reaction?: { message_id?: string; emoji?: string }
  interactive?: {
    type?: string
    button_reply?: { id?: string; title?: string }
    list_reply?: { id?: string; title?: string; description?: string }
    nfm_reply?: { name?: string; body?: string; response_json?: string | Record<string, unknown> }
    [other: string]: unknown
  }
  button?: { payload?: string; text?: string }
  order?: { catalog_id?: string; text?: string; product_items?: Record<string, unknown>[] }
  referral?: Record<string, unknown> & { source_type?: string; source_id?: string }
  system?: {
    type?: string
    body?: string
    wa_id?: string
    new_wa_id?: string
    user_id?: string
    previous_user_id?: string
  }
  edit?: { original_message_id?: string; message?: PayloadMessage }
  revoke?: { original_message_id?: string }
  unsupported?: { type?: string }
  errors?: PayloadError[]
}

export interface PayloadStatus {
  id?: string
  status?: string
  timestamp?: string | number
  recipient_id?: string
  recipient_user_id?: string
  /** What we said with the message; our thread. */
  biz_opaque_callback_data?: string
  errors?: PayloadError[]
}
