"""The classes of documents, and the words that tell them."""

from __future__ import annotations

from dataclasses import dataclass

from apps.extraction.reading import labels

NAMES = {
    "receipt": "Purchasing: Receipt",
    "invoice": "Purchasing: Invoice",
    "bank-statement": "Banking: Bank statement",
    "utility-bill": "Property: Utility bill",
    "payslip": "Employment: Payslip",
    "passport": "Identity: Passport",
    "identity-card": "Identity: Identity card",
    "visa": "Identity: Visa",
    "driving-licence": "Identity: Driving licence",
    "contract": "Legal: Contract",
    "unknown": "Unknown",
}


@dataclass(frozen=True, slots=True)
class Signs:
    """Words for a class: titles count at the head of the first page, the others anywhere."""

    titles: labels.Names
    words: labels.Names
    needed: int


SIGNS = {
    "receipt": Signs(
        labels.words(
            "Receipt|Cash bill|Kassenbon|Quittung|Kassenbeleg|Ticket de caisse|"
            "Scontrino|Resit|Cash sales|Kassenzettel|Sales receipt"
        ),
        labels.words(
            "Geg|Gegeben|Bon-Nr|Vielen Dank|Ihren Einkauf|Einkauf|Bed|Markt|Filiale|"
            "Steuer|Summe|Merci|"
            "Carte bancaire|Carte|Ticket|Votre visite|CB|Total à payer|Grazie|"
            "Documento commerciale|"
            "Gracias|Tarjeta|Server|Tax|Tip|Dine|Bill no|Take out|Take away|Dine in|"
            "Grand total|GST|Sdn Bhd|Nett total|"
            "Total sales|Cash|Change|Cashier|Tendered|Rounding|Thank you|Come again|GST ID|"
            "GST Reg|GST summary|Operator|Counter|Tax invoice|Terminal|Goods sold|"
            "Not returnable|Qty|Kasse|Bar|Rückgeld|Es bediente|Rendu|Espèces|Resto|"
            "Contanti|Approval code|Visa|Mastercard|POS|Item|Table|Pax|Total|"
            "Subtotal|GST no"
        ),
        4,
    ),
    "invoice": Signs(
        labels.words(
            "Invoice number|Invoice no|Rechnungsnummer|Rechnungsnr|Rechnungs-Nr|"
            "Numéro de facture|Invoice|Rechnung|Facture|Fattura|Factura|Gutschrift|"
            "Credit note|Avoir|"
            "Warenrechnung|Rechnungs-Korrektur|Rechnungskorrektur|Nota di credito|"
            "Stornorechnung|Proforma|Teilrechnung|Schlussrechnung|Sammelrechnung"
        ),
        labels.words(
            "Betrag|Summe|Zwischensumme|Gesamtsumme|Datum|Rechnung Nr|Versicherungssteuer|"
            "Rechnungsnr|Invoice number|Invoice no|Invoice date|Rechnungsnummer|Rechnungsdatum|"
            "Rechnungs-Nr|Beleg-Nr|Bill to|Due date|Amount due|Total|Subtotal|VAT|"
            "USt|MwSt|Umsatzsteuer|Nettobetrag|Netto|IBAN|Gesamtbetrag|"
            "Rechnungsbetrag|Zahlbar|überweisen|Kundennummer|Fällig|USt-IdNr|"
            "VAT ID|Steuernummer|TVA|Total HT|Total TTC|Net à payer|Échéance|SIRET|"
            "Imponibile|Partita IVA|Scadenza|IVA|Base imponible|Payment terms|"
            "Quantity|Unit price|Menge|Einzelpreis|Lieferdatum|Leistungsdatum|"
            "Quantité|Prix unitaire|Quantità|Prezzo|Purchase order|Steuerbetrag"
        ),
        4,
    ),
    "bank-statement": Signs(
        labels.words(
            "Bank statement|Account statement|Statement of account|Kontoauszug|"
            "Relevé de compte|Relevé bancaire|Estratto conto|Extracto de cuenta|"
            "Extracto bancario|Kontoauszüge|Penyata akaun"
        ),
        labels.words(
            "Opening balance|Closing balance|Balance brought forward|"
            "Balance carried forward|Statement period|Account number|Sort code|"
            "Withdrawals|Deposits|Debit|Credit|Money in|Money out|"
            "Available balance|Anfangssaldo|Endsaldo|Alter Saldo|Neuer Saldo|"
            "Kontostand|Buchungstag|Wertstellung|Valuta|Buchung|Soll|Haben|"
            "Ancien solde|Nouveau solde|Date de valeur|Solde|Débit|Crédit|"
            "Saldo iniziale|Saldo finale|Saldo inicial|IBAN|BIC"
        ),
        4,
    ),
    "utility-bill": Signs(
        labels.words(
            "Electricity bill|Gas bill|Water bill|Energy bill|Utility bill|"
            "Stromrechnung|Gasrechnung|Wasserrechnung|Facture d'électricité|"
            "Facture de gaz|Facture d'eau|Bolletta|Jahresabrechnung Strom|"
            "Factura de electricidad|Factura de luz|Verbrauchsabrechnung|"
            "Bil elektrik|Energieabrechnung"
        ),
        labels.words(
            "kWh|Meter number|Meter reading|Meter no|Previous reading|"
            "Current reading|Standing charge|Supply address|Tariff|Consumption|"
            "Electricity|Zählernummer|Zählerstand|Verbrauch|Arbeitspreis|"
            "Grundpreis|Lieferstelle|Verbrauchsstelle|Netznutzung|Marktlokation|"
            "Abschlag|Stromlieferung|Consommation|Compteur|Relevé|Abonnement|"
            "Point de livraison|Contatore|Consumo|Contador|Lettura|Potencia|MPAN|"
            "MPRN|POD|PDL|CUPS"
        ),
        4,
    ),
    "payslip": Signs(
        labels.words(
            "Payslip|Pay slip|Salary slip|Pay statement|Wage slip|"
            "Earnings statement|Gehaltsabrechnung|Lohnabrechnung|Entgeltabrechnung|"
            "Verdienstabrechnung|Bezügeabrechnung|Bulletin de paie|"
            "Bulletin de salaire|Fiche de paie|Busta paga|Cedolino|Nómina|"
            "Recibo de salarios|Slip gaji|Abrechnung der Brutto"
        ),
        labels.words(
            "Gross pay|Net pay|Basic pay|Basic salary|Tax code|National insurance|"
            "Employee|Employer|Deductions|Earnings|Year to date|YTD|Pay period|"
            "Pay date|Payroll|PAYE|EPF|SOCSO|Overtime|Steuerklasse|"
            "Sozialversicherung|Krankenversicherung|Rentenversicherung|"
            "Pflegeversicherung|Lohnsteuer|Solidaritätszuschlag|Gesamtbrutto|"
            "Auszahlungsbetrag|Personalnummer|Salaire brut|Net à payer|"
            "Net imposable|Cotisations|Salaire de base|Retribuzione|Netto in busta|"
            "Contributi|Salario base|Líquido a percibir|Deducciones|Net salary|"
            "Gross salary"
        ),
        4,
    ),
    "driving-licence": Signs(
        labels.words(
            "Driving licence|Driver license|Driver licence|Driver's license|"
            "Führerschein|Permis de conduire|Patente di guida|"
            "Permiso de conducción|Carta de condução|Rijbewijs|Lesen memandu|"
            "Vodičské|Prawo jazdy|Körkort|Førerkort"
        ),
        labels.words(
            "4a|4b|4c|4d|Class|Expires|DOB|Endorsements|Restrictions|Kategorie|"
            "License no|DL no|DVLA"
        ),
        3,
    ),
    "identity-card": Signs(
        labels.words(
            "Identity card|Personalausweis|Carte nationale d'identité|"
            "Carta d'identità|Documento nacional de identidad|Identitätskarte|"
            "Carte d'identité|Osebna izkaznica|MyKad|Kad pengenalan|"
            "Permanent resident card"
        ),
        labels.words(
            "Surname|Given names|Nationality|Date of birth|Sex|Date of expiry|"
            "Nachname|Vornamen|Geburtstag|Staatsangehörigkeit|Nom|Prénom|"
            "Nationalité|Sexe"
        ),
        3,
    ),
    "passport": Signs(
        labels.words("Passport|Reisepass|Passeport|Passaporto|Pasaporte"),
        labels.words(
            "Surname|Given names|Nationality|Date of birth|Place of birth|"
            "Date of issue|Date of expiry|Authority|Passport no|Sex|Type|Code"
        ),
        4,
    ),
    "contract": Signs(
        labels.words(
            "Agreement|Contract|Vertrag|Contrat|Contratto|Contrato|Mietvertrag|"
            "Arbeitsvertrag|Kaufvertrag|Rahmenvertrag|Lease|"
            "Non-disclosure agreement|Dienstleistungsvertrag|Vereinbarung|"
            "Service agreement|Employment agreement|Werkvertrag|"
            "Geheimhaltungsvereinbarung|Mutual NDA|NDA"
        ),
        labels.words(
            "hereby|hereinafter|the parties|between|governing law|"
            "in witness whereof|shall|termination|confidential|party|"
            "effective date|liability|warranties|jurisdiction|entered into|"
            "signature|signed|Vertragsparteien|Parteien|zwischen|Kündigung|"
            "Gerichtsstand|Haftung|vereinbaren|Unterschrift|salvatorische|§ 1|"
            "les parties|entre les soussignés|ci-après|résiliation|le parti|tra|"
            "recesso|las partes|cláusula"
        ),
        7,
    ),
}
