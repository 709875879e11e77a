"""What the fields of documents are called: English, German, French, Italian, Spanish, Malay.

Labels are folded (see `folding`): capitals and digits only. Longer labels win over shorter ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from apps.extraction.reading.folding import key
from apps.extraction.reading.lines import Row, Run


@dataclass(frozen=True, eq=False)
class Names:
    """Folded labels of one meaning."""

    folded: frozenset[str]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches any of them in a folded text, the longest first."""
        ordered = sorted(self.folded, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, ordered)))


def words(text: str) -> Names:
    """The labels of a text that parts them with `|`."""
    return Names(frozenset(filter(None, map(key, text.split("|")))))


def inside(names: Names, text: Run | Row) -> tuple[int, int] | None:
    """Where the first of the labels stands as words of their own: (start, end)."""
    known = names.folded
    if known.isdisjoint(text.said):
        return None
    return next(((start, end) for phrase, start, end in text.phrases if phrase in known), None)


def first(names: Names, folded: str) -> re.Match[str] | None:
    """The first place where one of the labels stands in a folded text, even inside a word.

    For scans, where words are often run together.
    """
    return names.pattern.search(folded)


def starts(names: Names, folded: str) -> re.Match[str] | None:
    """The label that the folded text begins with."""
    return names.pattern.match(folded)


def has(names: Names, folded: str) -> bool:
    """Whether any of the labels stands anywhere in the folded text."""
    return names.pattern.search(folded) is not None


INVOICE_NUMBER = words(
    "Invoice number|Invoice no|Invoice nr|Invoice #|Invoice ID|Invoice num|Inv no|Tax invoice no|"
    "Rechnungsnummer|Rechnungs-Nr|Rechnung Nr|Rechnung Nummer|Rechnungsnr|Rechnung #|Rg-Nr|RgNr|"
    "Re-Nr|Beleg-Nr|Belegnummer|Gutschrift Nr|Gutschriftsnummer|Gutschrifts-Nr|Korrektur Nr|"
    "Numéro de facture|N° de facture|Facture n°|Facture no|Facture numéro|No de facture|"
    "Référence facture|Avoir n°|Numero fattura|Fattura n|Fattura nr|Fattura numero|"
    "N. fattura|Número de factura|Factura n|Factura nº|Factura número|Nº de factura|N factura|"
    "Credit note no|Credit note number|Bill no|Bill number|Document no|Document number|Doc no|"
    "Numéro de document|Dokumentnummer|Factuurnummer"
)
INVOICE_WORD = words(
    "Invoice|Rechnung|Facture|Fattura|Factura|Gutschrift|Credit note|Avoir|Rechnungskorrektur|"
    "Rechnungs-Korrektur|Nota di credito|Tax invoice|Factuur|Nota de crédito"
)
ISSUE_DATE = words(
    "Invoice date|Date of invoice|Issue date|Date of issue|Issued at|Issued on|Issued|Tax point|"
    "Rechnungsdatum|Beleg-Datum|Belegdatum|Ausstellungsdatum|Rechnung vom|Datum der Rechnung|"
    "Date de facture|Date de facturation|Date facture|Date d'émission|Date de la facture|"
    "Date d'établissement|Data fattura|Data di emissione|Data emissione|Fecha de factura|"
    "Fecha factura|Fecha de emisión|Fecha de expedición|Factuurdatum|Document date|Bill date"
)
DUE_DATE = words(
    "Due date|Payment due|Date due|Due on|Due by|Pay by|Payable by|Please pay by|"
    "Please pay until|Please remit until|Please remit by|Payable until|Pay until|"
    "Fälligkeitsdatum|Fälligkeit|Fällig am|Fällig bis|Fällig zum|Fällig|Zahlbar bis|"
    "Zahlungsziel|überweisen Sie bis|Zahlung bis|zu zahlen bis|zahlbar zum|bis spätestens|"
    "bis zum|Zahlungstermin|ohne Abzug bis|netto bis|Zahlung fällig|"
    "Date d'échéance|Échéance|à payer avant le|à régler avant le|payable avant le|payable le|"
    "Date limite de paiement|Scadenza|Data di scadenza|Fecha de vencimiento|Vencimiento|Vence|"
    "Vervaldatum|Due"
)
OTHER_DATE = words(
    "Leistungsdatum|Leistungs-Datum|Lieferdatum|Liefer- bzw. Leistungsdatum|Liefertermin|"
    "Lieferschein-Datum|Lieferscheindatum|Bestell-Datum|Bestelldatum|Auftragsdatum|Auftrag-Datum|"
    "Leistungszeitraum|Lieferzeitraum|Abrechnungszeitraum|Lieferung vom|Bestellung vom|"
    "Schreibens vom|Telefonats vom|Vertrag vom|"
    "Date of delivery|Delivery date|Date of supply|Service date|Order date|Ship date|"
    "Date of birth|Geburtsdatum|Date de livraison|Date de commande|Date de la commande|"
    "Data di consegna|Data ordine|Fecha de entrega|Fecha de pedido|Valid until|Expiry|Expires|"
    "Gültig bis|Angebotsdatum|Printed|Druckdatum|Gedruckt|Skonto|Auftrag vom|Lieferschein vom|"
    "Ursprungsbeleg|Originalbeleg"
)
DELIVERY_DATE = words(
    "Leistungsdatum|Lieferdatum|Liefer- bzw. Leistungsdatum|Liefer-/Leistungsdatum|"
    "Date of delivery|Delivery date|Date of supply|Date de livraison|Data di consegna|"
    "Fecha de entrega|Leistungs-Datum"
)
NET = words(
    "Beitrag|Beitrag netto|Nettobeitrag|Nettoprämie|Net total|Net amount|Total net|Net|"
    "Subtotal|Sub total|Total excl VAT|Total excluding VAT|"
    "Total before tax|Total without VAT|Amount excl VAT|Total ex VAT|Taxable amount|"
    "Nettobetrag|Netto|Summe netto|Nettosumme|Gesamt netto|Gesamtbetrag netto|Netto gesamt|"
    "Gesamtnetto|Zwischensumme|Rechnungsbetrag netto|Warenwert|Rechnungssumme ohne USt|"
    "Summe ohne USt|Gesamtsumme netto|Rechnungssumme netto|Gesamtnettobetrag|Summe Netto-Betrag|"
    "Gesamt ohne MwSt|Total HT|Montant HT|Montant total HT|Total hors taxe|Total hors taxes|"
    "Net HT|Sous-total|Base HT|Total HT net|Imponibile|Totale imponibile|Totale netto|"
    "Base imponible|Importe neto|Neto|Total base imponible|Total neto|Totaal excl btw|"
    "Totalbetrag netto|Total Netto|Total exkl MwSt|Nettowert|Nettogesamt|Entgelt|"
    "Bemessungsgrundlage|Steuerbarer Betrag|Total sans TVA"
)
TAX = words(
    "Versicherungssteuer|Versicherungsteuer|Total VAT|VAT total|VAT amount|VAT|Total tax|"
    "Tax total|Tax amount|Sales tax|GST|Tax|"
    "Umsatzsteuer|USt|MwSt|Mehrwertsteuer|USt Gesamt|MwSt-Betrag|USt-Betrag|Summe USt|"
    "Summe MwSt|Steuerbetrag|Steuer|Gesamtsteuer|Summe Steuer|Gesamt USt|zzgl MwSt|"
    "zzgl Umsatzsteuer|zuzüglich Umsatzsteuer|Mehrwertsteuerbetrag|Umsatzsteuerbetrag|"
    "Steuergesamtbetrag|Gesamtbetrag Steuer|Summe Umsatzsteuer|Summe Mehrwertsteuer|"
    "TVA|Total TVA|Montant TVA|Taxes|Montant de la TVA|IVA|Totale IVA|Imposta|Totale imposta|"
    "Cuota IVA|Total IVA|Importe IVA|BTW"
)
TOTAL = words(
    "Grand total|Invoice total|Total amount|Total incl VAT|Total including VAT|Total|"
    "Total invoice amount|Amount total|Gross total|Gross amount|Total gross|Invoice amount|"
    "Total inc VAT|Total with VAT|Total incl tax|"
    "Gesamtbetrag|Gesamtsumme|Rechnungsbetrag|Gesamt|Bruttobetrag|Bruttosumme|Summe brutto|"
    "Gesamtbetrag brutto|Endbetrag|Rechnungssumme|Endsumme|Rechnungsendbetrag|Brutto|Summe|"
    "Gesamt brutto|Rechnungsbetrag brutto|Gesamtbruttobetrag|Totalbetrag|Korrekturbetrag|"
    "Gutschriftsbetrag|Rechnungsgesamtbetrag|Gesamtbetrag inkl MwSt|Bruttogesamt|Total inkl MwSt|"
    "Total TTC|Montant TTC|Montant total TTC|Montant total|Net TTC|Total toutes taxes comprises|"
    "Totale|Totale fattura|Totale documento|Importo totale|Totale complessivo|"
    "Total factura|Importe total|Total general|Totaal|Totaal incl btw|Total avec TVA"
)
DUE = words(
    "Amount due|Balance due|Due payable|Total due|Amount payable|Payable amount|Total payable|"
    "Balance|Amount to pay|Please pay|Due amount|Outstanding balance|"
    "Zahlbetrag|Zu zahlen|Zu zahlender Betrag|Zahlungsbetrag|Fälliger Betrag|Offener Betrag|"
    "Restbetrag|Noch zu zahlen|Zahllast|zu überweisender Betrag|Überweisungsbetrag|"
    "Net à payer|Montant à payer|Reste à payer|Solde à payer|À payer|Montant dû|Total à payer|"
    "Netto a pagare|Totale da pagare|Da pagare|Importo da pagare|"
    "Total a pagar|Importe a pagar|A pagar|Te betalen|Zu bezahlen"
)
NOT_TOTAL = words(
    "Subtotal|Sub total|Zwischensumme|Sous-total|Subtotale|Quantity|Menge|Total items|"
    "Rabatt|Discount|Remise|Sconto|Descuento|Total pages|Savings|Skonto|Anzahlung|Abschlag|"
    "Zuschlag|Already paid|Paid amount|Übertrag|Carried"
)
BUYER = words(
    "Bill to|Billed to|Invoice to|Sold to|Buyer|Customer name|Client|Customer|Invoiced to|"
    "Rechnungsempfänger|Rechnung an|Käufer|Käufer/Leistungsempfänger|Leistungsempfänger|"
    "Auftraggeber|Kunde|Rechnungsanschrift|Rechnungsadresse|Empfänger|"
    "Facturé à|Facture à|Adresse de facturation|Destinataire|Acheteur|Client facturé|"
    "Adressé à|Intestatario|Cliente|Cessionario|Destinatario|Spettabile|Spett le|"
    "Facturar a|Datos del cliente|Comprador|Cessionario/committente"
)
SELLER = words(
    "Seller|Supplier|Vendor|From|Sold by|Issued by|Verkäufer|Lieferant|Rechnungssteller|"
    "Leistungserbringer|Aussteller|Vendeur|Fournisseur|Émetteur|Prestataire|Fornitore|"
    "Cedente|Cedente/prestatore|Proveedor|Emisor|Vendedor"
)
ORDER = words(
    "Order number|Order no|Your order|Purchase order|PO number|PO no|Bestellnummer|Bestell-Nr|"
    "Bestellung Nr|Ihre Bestellung|Auftragsnummer|Auftrags-Nr|Auftrag Nr|"
    "Numéro de commande|N° de commande|Commande n°|Votre commande|Numero ordine|Ordine n|"
    "Número de pedido|Pedido n|Order ID"
)
CUSTOMER = words(
    "Customer number|Customer no|Customer ID|Client no|Client number|Account number|Customer|"
    "Kundennummer|Kunden-Nr|Kundennr|Kd-Nr|KdNr|Numéro client|N° client|Client n°|Code client|"
    "Codice cliente|Número de cliente|Nº cliente"
)
VAT_ID = words(
    "VAT ID|VAT no|VAT number|VAT Reg No|VAT registration number|USt-IdNr|USt-ID|UStID|"
    "Umsatzsteuer-ID|Umsatzsteueridentifikationsnummer|UID|UID-Nr|N° TVA|TVA intracommunautaire|"
    "Numéro de TVA|N° de TVA|Partita IVA|P IVA|CIF|NIF|NIF/CIF|IVA n|BTW-nummer|"
    "N TVA intracommunautaire|Tax ID"
)
PHONE = words(
    "Tel|Telephone|Telefon|Téléphone|Phone|Fon|Fax|Mobile|Mobil|Hotline|Handphone|HP no|H/P|"
    "E-Mail|Email|www|http|Website|Tél"
)
