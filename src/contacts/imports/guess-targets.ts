import type { AttributeDefinition } from '../attribute.ts'
import { takesSeveral } from './target.ts'

/** Heads of columns in English and Russian, in small letters and without digits and signs. */
const headings: Record<string, string[]> = {
  id: ['id', 'contact id', 'contact number', 'parley id', 'ид', 'ид контакта', 'id контакта', 'номер контакта'],
  first_name: ['first name', 'firstname', 'given name', 'имя', 'имя контакта', 'имя клиента'],
  last_name: ['last name', 'lastname', 'surname', 'family name', 'фамилия', 'фамилия контакта'],
  name: [
    'name',
    'full name',
    'fullname',
    'contact',
    'contact name',
    'client',
    'customer',
    'customer name',
    'client name',
    'имя и фамилия',
    'имя фамилия',
    'полное имя',
    'клиент',
    'контакт',
    'название контакта',
  ],
  name_last_first: [
    'фио',
    'ф и о',
    'фамилия имя',
    'фамилия и имя',
    'фамилия имя отчество',
    'фио контакта',
    'фио клиента',
    'last name first name',
  ],
  username: [
    'username',
    'user name',
    'login',
    'nick',
    'nickname',
    'ник',
    'никнейм',
    'логин',
    'имя пользователя',
    'юзернейм',
  ],
  phone: [
    'phone',
    'phone number',
    'phone value',
    'mobile',
    'mobile phone',
    'mobile number',
    'cell',
    'cell phone',
    'tel',
    'telephone',
    'work phone',
    'home phone',
    'телефон',
    'тел',
    'номер телефона',
    'мобильный',
    'мобильный телефон',
    'рабочий телефон',
    'домашний телефон',
    'номер',
    'моб',
    'моб телефон',
    'контактный телефон',
  ],
  email: [
    'email',
    'e mail',
    'mail',
    'email address',
    'e mail address',
    'e mail value',
    'email value',
    'work email',
    'почта',
    'эл почта',
    'электронная почта',
    'адрес электронной почты',
    'емейл',
    'имейл',
    'рабочий email',
    'е mail',
  ],
  country: ['country', 'country code', 'страна', 'код страны'],
  language: ['language', 'lang', 'язык'],
  time_zone: ['time zone', 'timezone', 'часовой пояс', 'таймзона'],
  traffic_source: [
    'traffic source',
    'source',
    'utm source',
    'lead source',
    'источник',
    'источник трафика',
    'откуда',
    'рекламный источник',
  ],
  picture: ['picture', 'photo', 'avatar', 'image', 'photo url', 'фото', 'фотография', 'аватар', 'картинка'],
  responsible: [
    'responsible',
    'responsible operator',
    'owner',
    'manager',
    'assignee',
    'assigned to',
    'operator',
    'ответственный',
    'ответственный менеджер',
    'менеджер',
    'оператор',
  ],
  labels: ['labels', 'label', 'tags', 'tag', 'метки', 'метка', 'теги', 'тег', 'тэги', 'ярлыки'],
}

const targetOfHeading = new Map(
  Object.entries(headings).flatMap(([target, words]) => words.map((word): [string, string] => [word, target])),
)

/**
 * What the columns of a file are likely meant for, by their heads: a field, an attribute of that name or title, or
 * `identity.KIND` as it is. What only one column can be goes to the first that looks like it; null where nothing is guessed.
 */
export function guessTargets(
  columns: readonly string[],
  attributes: readonly Pick<AttributeDefinition, 'name' | 'title'>[],
): (string | null)[] {
  const targetOfAttribute = new Map(
    attributes.flatMap(({ name, title }): [string, string][] => [
      [plain(title), `attributes.${name}`],
      [plain(name), `attributes.${name}`],
      [plain(`attributes.${name}`), `attributes.${name}`],
    ]),
  )
  const taken = new Set<string>()
  return columns.map((column) => {
    const head = plain(column)
    const named = /^identity\.[a-z][a-z0-9_]{0,39}$/.test(column.trim()) ? column.trim() : undefined
    const target =
      named ?? targetOfAttribute.get(head) ?? targetOfHeading.get(head) ?? targetOfHeading.get(withoutDigits(head))
    if (!target || (taken.has(target) && !takesSeveral(target))) return null
    taken.add(target)
    return target
  })
}

function plain(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

function withoutDigits(text: string): string {
  return text
    .replaceAll(/\p{N}+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
